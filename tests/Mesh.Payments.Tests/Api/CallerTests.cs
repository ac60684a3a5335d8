using System.Buffers.Text;
using System.Net;
using System.Text;
using Grpc.Core;
using Mesh.Hosting.AccessLogs;
using Mesh.Payments.Api;
using Mesh.Payments.Storage;
using Mesh.Payments.Tests.Support;

namespace Mesh.Payments.Tests.Api;

public sealed class CallerTests
{
    private const string Gateway = "spiffe://cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account";
    private const string Billing = "spiffe://cluster.local/ns/prod/sa/legacy-billing";

    [Theory]
    [InlineData("By=spiffe://a;Hash=1;URI=spiffe://b", "spiffe://b")]
    [InlineData("URI=spiffe://outer,By=spiffe://a;Hash=1;Subject=\"CN=x,O=y;z\";URI=spiffe://inner", "spiffe://inner")]
    [InlineData("Hash=1;Subject=\"a\\\",URI=spiffe://quoted\"", null)]
    [InlineData("URI=\"spiffe://b\"", "spiffe://b")]
    [InlineData("URI=", null)]
    [InlineData("", null)]
    [InlineData(";;,,==", null)]
    public void The_peer_is_the_URI_of_the_last_element(string header, string? expected) =>
        Assert.Equal(expected, ClientCertificates.PeerUri(header));

    [Fact]
    public async Task The_identity_a_trusted_proxy_tells_is_logged_audited_and_owns_the_key()
    {
        using var store = await TestStore.NewAsync(StoreKind.Sqlite);
        var trusted = TrustedProxies.Parse("127.0.0.1");
        var server = await TestServer.StartAsync(store, "payments", options => options with { TrustedProxies = [trusted] });
        var request = Requests.Create(key: "same");

        var first = await server.Client.CreatePaymentAsync(request, Xfcc(Gateway));
        var other = await server.Client.CreatePaymentAsync(request, Xfcc(Billing));
        await using (var session = await server.Database.OpenAsync(TestContext.Current.CancellationToken))
        {
            var callers = await session.QueryAsync("SELECT caller FROM audit WHERE outcome = 'OK' ORDER BY time_us, id",
                row => row.GetString(0), TestContext.Current.CancellationToken);
            Assert.Equal([Gateway, Billing], callers);
        }

        await server.DisposeAsync();
        Assert.NotEqual(first.Name, other.Name);
        Assert.Equal([Gateway, Billing], Lines(server).Select(line => line.DownstreamPeerUriSan));
    }

    [Fact]
    public async Task What_others_say_about_the_identity_is_not_believed()
    {
        using var store = await TestStore.NewAsync(StoreKind.Sqlite);
        var server = await TestServer.StartAsync(store, "payments", options => options with { TrustedProxies = [TrustedProxies.Parse("10.0.0.0/8")] });

        await server.Client.CreatePaymentAsync(Requests.Create(), Xfcc(Gateway));
        await server.DisposeAsync();

        Assert.Null(Assert.Single(Lines(server)).DownstreamPeerUriSan);
    }

    [Theory]
    [InlineData("""{"iss":"https://issuer.example","sub":"alice"}""", "jwt:https://issuer.example/alice")]
    [InlineData("""{"iss":"https://issuer.example"}""", null)]
    [InlineData("""{"sub":"alice"}""", null)]
    [InlineData("""{"iss":"i","sub":""}""", null)]
    [InlineData("""{"iss":"i","sub":["alice"]}""", null)]
    [InlineData("""{"iss":"i","sub":"alice bob"}""", null)]
    [InlineData("""["iss"]""", null)]
    [InlineData("nonsense", null)]
    [InlineData("", null)]
    public void A_claim_with_its_issuer_is_an_identity(string payload, string? expected) =>
        Assert.Equal(expected, JwtClaims.Identity(Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload)), "sub"));

    [Fact]
    public void What_is_no_base64url_or_too_long_is_no_identity()
    {
        Assert.Null(JwtClaims.Identity("%%%", "sub"));
        Assert.Null(JwtClaims.Identity(new string('a', 20_000), "sub"));
        Assert.Null(JwtClaims.Identity(Base64Url.EncodeToString([.. "{\"iss\":\"i\",\"sub\":\""u8, 0xff, .. "\"}"u8]), "sub"));
    }

    [Fact]
    public async Task A_verified_token_that_the_edge_passes_on_says_who_calls_and_nobody_elses_does()
    {
        const string alice = "jwt:https://issuer.example/alice";
        await using var server = await TestServer.StartAsync(StoreKind.Sqlite, options => options with
        {
            TrustedProxies = [TrustedProxies.Parse("127.0.0.1")],
            Claims = new ClaimsTrust { Header = "x-jwt-claims", Claim = "sub", Peers = [Gateway] },
            Merchants = [MerchantBinding.Parse($"{alice}=acme"), MerchantBinding.Parse($"{Gateway}=*")],
        });
        var token = Base64Url.EncodeToString("""{"iss":"https://issuer.example","sub":"alice"}"""u8);
        Metadata With(string peer, string claims) => new() { { ClientCertificates.Header, $"URI={peer}" }, { "x-jwt-claims", claims } };

        await server.Client.CreatePaymentAsync(Requests.Create(merchant: "acme"), With(Gateway, token));
        var elsewhere = await Rpc.FailureAsync(server.Client.CreatePaymentAsync(Requests.Create(merchant: "globex"), With(Gateway, token)));
        var forged = await Rpc.FailureAsync(server.Client.CreatePaymentAsync(Requests.Create(merchant: "acme"), With(Billing, token)));
        // What cannot be read does not fall back to what the gateway itself may do.
        var broken = await Rpc.FailureAsync(server.Client.CreatePaymentAsync(Requests.Create(merchant: "acme"), With(Gateway, "broken")));
        await server.Client.CreatePaymentAsync(Requests.Create(merchant: "globex"), Xfcc(Gateway));

        Assert.All([elsewhere, forged, broken], failure => Assert.Equal(StatusCode.PermissionDenied, failure.Code));
        await using var session = await server.Database.OpenAsync(TestContext.Current.CancellationToken);
        var callers = await session.QueryAsync("SELECT caller FROM audit WHERE outcome = 'OK' ORDER BY time_us, id", row => row.GetString(0), TestContext.Current.CancellationToken);
        Assert.Equal([alice, Gateway], callers);
    }

    [Fact]
    public async Task The_access_log_line_carries_trace_addresses_and_both_statuses()
    {
        using var store = await TestStore.NewAsync(StoreKind.Sqlite);
        var server = await TestServer.StartAsync(store, "payments-a");
        const string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        var headers = new Metadata { { "traceparent", $"00-{trace}-00f067aa0ba902b7-01" } };

        await server.Client.CreatePaymentAsync(Requests.Create(), headers);
        await Rpc.FailureAsync(server.Client.CreatePaymentAsync(Requests.Create(0), new Metadata { { "traceparent", "garbage" } }));
        await server.DisposeAsync();

        var lines = Lines(server);
        Assert.Equal((trace, 0, "payments-a", "HTTP/2", 200), (lines[0].TraceId, lines[0].GrpcStatus, lines[0].Process, lines[0].Protocol, lines[0].ResponseCode));
        Assert.Equal(3, lines[1].GrpcStatus);
        Assert.Matches("^[0-9a-f]{32}$", lines[1].TraceId);
        Assert.Equal("/payments.v1.Payments/CreatePayment", lines[0].Path);
        Assert.True(IPEndPoint.TryParse(lines[0].DownstreamRemoteAddress!, out _));
        Assert.True(IPEndPoint.TryParse(lines[0].DownstreamLocalAddress!, out _));
    }

    private static Metadata Xfcc(string identity) => new() { { ClientCertificates.Header, $"By=spiffe://x;Hash=00;URI={identity}" } };

    private static List<AccessLogEntry> Lines(TestServer server) =>
        [.. File.ReadLines(server.AccessLog).Select(line => AccessLogJson.Read(line)!)];
}
