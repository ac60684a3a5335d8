using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Mesh.DataPlane.Identity;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Mesh.Istiod.Tests.Identity;

public sealed class MeshTlsTests
{
    private const string Payments = TestCaServer.Payments;
    private const string Billing = TestCaServer.Billing;
    private const string Sni = "outbound_.8080_._.payments.prod.svc.cluster.local";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Both_sides_learn_the_identity_of_the_other_and_the_server_the_sni()
    {
        using var ca = await TestCa.CreateAsync(Cancel);
        await using var pair = await Pair.OpenAsync(Cancel);

        var accept = MeshTls.AcceptAsync(pair.Server, ca.Issue(Payments), ["cluster.local"], Cancel);
        await using var client = await MeshTls.ConnectAsync(
            pair.Client, ca.Issue(Billing), Sni, [Payments], MeshAlpn.OfferHttp2, Cancel);
        await using var server = await accept;

        Assert.Equal(Payments, MeshTls.PeerId(client)?.ToString());
        Assert.Equal(Billing, MeshTls.PeerId(server)?.ToString());
        Assert.Equal(Sni, server.TargetHostName);
        Assert.Equal(SslApplicationProtocol.Http2, client.NegotiatedApplicationProtocol);
        await client.WriteAsync("ping"u8.ToArray(), Cancel);
        var buffer = new byte[4];
        await server.ReadExactlyAsync(buffer, Cancel);
        Assert.Equal("ping"u8.ToArray(), buffer);
    }

    [Theory]
    [InlineData("http2", "h2")]
    [InlineData("http11", "http/1.1")]
    [InlineData("tcp", "istio")]
    [InlineData("none", "")]
    public async Task The_server_selects_what_envoy_would_and_refuses_no_mesh_offer(string offer, string expected)
    {
        var offered = offer switch
        {
            "http2" => MeshAlpn.OfferHttp2,
            "http11" => MeshAlpn.OfferHttp11,
            "tcp" => MeshAlpn.OfferTcp,
            _ => [],
        };
        using var ca = await TestCa.CreateAsync(Cancel);
        await using var pair = await Pair.OpenAsync(Cancel);
        var accept = MeshTls.AcceptAsync(pair.Server, ca.Issue(Payments), ["cluster.local"], Cancel);
        await using var client = await MeshTls.ConnectAsync(pair.Client, ca.Issue(Billing), Sni, [Payments], offered, Cancel);
        await using var server = await accept;

        Assert.Equal(expected, server.NegotiatedApplicationProtocol.ToString());
    }

    [Fact]
    public async Task A_server_with_another_identity_is_refused_and_both_names_are_told()
    {
        using var ca = await TestCa.CreateAsync(Cancel);
        var failure = await ConnectFailsAsync(ca.Issue(Billing), ca.Issue(Billing), [Payments]);

        Assert.Equal(MeshTlsFailure.WrongIdentity, failure.Failure);
        Assert.Equal($"identity {Billing} is not among {Payments}", failure.Message);
    }

    [Fact]
    public async Task Without_an_expected_identity_no_server_is_good_enough()
    {
        using var ca = await TestCa.CreateAsync(Cancel);
        var failure = await ConnectFailsAsync(ca.Issue(Payments), ca.Issue(Billing), []);

        Assert.Equal(MeshTlsFailure.WrongIdentity, failure.Failure);
        Assert.Contains("no identity is known", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_of_another_ca_is_a_foreign_root()
    {
        using var ca = await TestCa.CreateAsync(Cancel);
        using var other = await TestCa.CreateAsync(Cancel);
        var failure = await ConnectFailsAsync(other.Issue(Payments), ca.Issue(Billing), [Payments]);

        Assert.Equal(MeshTlsFailure.ForeignRoot, failure.Failure);
        Assert.Contains("foreign root", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expired_server_certificate_is_called_expired()
    {
        // The authority's clock is an hour behind, so what it issues for a minute is long over.
        using var ca = await TestCa.CreateAsync(Cancel, new FakeTimeProvider(DateTimeOffset.UtcNow.AddHours(-1)));
        var failure = await ConnectFailsAsync(ca.Issue(Payments, ttlSeconds: 60), ca.Issue(Billing, ttlSeconds: 86400), [Payments]);

        Assert.Equal(MeshTlsFailure.Expired, failure.Failure);
        Assert.Contains("expired certificate", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_without_certificate_is_refused_by_name_of_the_reason()
    {
        using var ca = await TestCa.CreateAsync(Cancel);
        await using var pair = await Pair.OpenAsync(Cancel);
        var accept = MeshTls.AcceptAsync(pair.Server, ca.Issue(Payments), ["cluster.local"], Cancel);
        using var client = new SslStream(pair.Client);
        var options = new SslClientAuthenticationOptions { TargetHost = Sni, RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null };
        var handshake = client.AuthenticateAsClientAsync(options, Cancel);

        var failure = await Assert.ThrowsAsync<MeshTlsException>(() => accept);
        await Task.WhenAny(handshake);

        Assert.Equal(MeshTlsFailure.NoCertificate, failure.Failure);
        Assert.Equal("no client certificate", failure.Message);
    }

    [Fact]
    public async Task A_client_refused_under_tls_1_3_sees_it_at_its_first_read()
    {
        using var ca = await TestCa.CreateAsync(Cancel);
        using var other = await TestCa.CreateAsync(Cancel);
        await using var pair = await Pair.OpenAsync(Cancel);
        var accept = MeshTls.AcceptAsync(pair.Server, ca.Issue(Payments), ["cluster.local"], Cancel);
        var stranger = other.Issue(Billing);
        // Trusts the server, but comes with a certificate the server does not know.
        var certificate = new WorkloadCertificate
        {
            Id = stranger.Id,
            Context = stranger.Context,
            Roots = ca.Authority.Roots,
            NotBefore = stranger.NotBefore,
            NotAfter = stranger.NotAfter,
        };
        await using var client = await MeshTls.ConnectAsync(pair.Client, certificate, Sni, [Payments], MeshAlpn.OfferTcp, Cancel);

        var failure = await Assert.ThrowsAsync<MeshTlsException>(() => accept);
        Assert.Equal(MeshTlsFailure.ForeignRoot, failure.Failure);
        await Assert.ThrowsAnyAsync<IOException>(async () => await client.ReadExactlyAsync(new byte[1], Cancel));
    }

    [Fact]
    public async Task A_client_of_a_foreign_trust_domain_is_refused()
    {
        using var ca = await TestCa.CreateAsync(Cancel);
        await using var pair = await Pair.OpenAsync(Cancel);
        var accept = MeshTls.AcceptAsync(pair.Server, ca.Issue(Payments), ["cluster.local"], Cancel);
        await using var client = await MeshTls.ConnectAsync(
            pair.Client, ca.Issue("spiffe://elsewhere/ns/prod/sa/legacy-billing"), Sni, [Payments], MeshAlpn.OfferTcp, Cancel);

        var failure = await Assert.ThrowsAsync<MeshTlsException>(() => accept);
        Assert.Contains("foreign trust domain; trusted: cluster.local", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plain_text_is_a_failed_handshake_not_a_crash()
    {
        using var ca = await TestCa.CreateAsync(Cancel);
        await using var pair = await Pair.OpenAsync(Cancel);
        var accept = MeshTls.AcceptAsync(pair.Server, ca.Issue(Payments), ["cluster.local"], Cancel);
        await pair.Client.WriteAsync("GET / HTTP/1.1\r\nHost: payments\r\n\r\n"u8.ToArray(), Cancel);

        var failure = await Assert.ThrowsAsync<MeshTlsException>(() => accept);
        Assert.Equal(MeshTlsFailure.Handshake, failure.Failure);
    }

    private static async Task<MeshTlsException> ConnectFailsAsync(
        WorkloadCertificate server, WorkloadCertificate client, IReadOnlyCollection<string> expected)
    {
        await using var pair = await Pair.OpenAsync(Cancel);
        var accept = MeshTls.AcceptAsync(pair.Server, server, ["cluster.local"], Cancel);
        var failure = await Assert.ThrowsAsync<MeshTlsException>(
            () => MeshTls.ConnectAsync(pair.Client, client, Sni, expected, MeshAlpn.OfferHttp2, Cancel));
        await Task.WhenAny(accept);
        return failure;
    }

    /// <summary>Two ends of one TCP connection on loopback.</summary>
    private sealed class Pair : IAsyncDisposable
    {
        private Pair(NetworkStream client, NetworkStream server)
        {
            Client = client;
            Server = server;
        }

        public NetworkStream Client { get; }

        public NetworkStream Server { get; }

        public static async Task<Pair> OpenAsync(CancellationToken cancellationToken)
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
            var connect = client.ConnectAsync(listener.LocalEndpoint, cancellationToken).AsTask();
            var server = await listener.AcceptSocketAsync(cancellationToken);
            await connect;
            return new Pair(new NetworkStream(client, ownsSocket: true), new NetworkStream(server, ownsSocket: true));
        }

        public async ValueTask DisposeAsync()
        {
            await Client.DisposeAsync();
            await Server.DisposeAsync();
        }
    }
}
