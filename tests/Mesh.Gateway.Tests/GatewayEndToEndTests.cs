using System.Net;
using System.Net.Security;
using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.DataPlane.Tests.Support;
using Mesh.Gateway.Tests.Support;
using Mesh.Hosting.AccessLogs;

namespace Mesh.Gateway.Tests;

public sealed class GatewayEndToEndTests : IAsyncLifetime
{
    private readonly TestPki pki = new();
    private readonly TestGateway gateway;
    private EchoBackend backend = null!;
    private MeshProxy sidecar = null!;

    public GatewayEndToEndTests() => gateway = new TestGateway(pki);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        backend = await EchoBackend.StartAsync();
        sidecar = await MeshProxy.StartSidecarAsync(new FixedIdentity(pki.Workload("payments")), backend.Port);
        gateway.WriteConfig("gateways.yaml", MeshYamlText.Gateways(gateway));
        gateway.WriteConfig("routes.yaml", MeshYamlText.Routes());
        gateway.WriteConfig("service.yaml", MeshYamlText.Service(sidecar.Port));
        await gateway.StartAsync();
        await gateway.ReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        await sidecar.DisposeAsync();
        await backend.DisposeAsync();
    }

    [Fact(Timeout = 240_000)]
    public async Task A_grpc_call_enters_by_TLS_and_crosses_mTLS_with_trailers()
    {
        using var channel = GrpcChannel.ForAddress($"https://localhost:{gateway.HttpsPort}", new GrpcChannelOptions { HttpHandler = TlsHandler() });
        using var call = new Echo.EchoClient(channel).UnaryAsync(new EchoRequest { Text = "hello" }, cancellationToken: Stop);
        Assert.Equal("hello", (await call).Text);
        Assert.Equal("end", call.GetTrailers().GetValue("x-trailer"));

        var line = await LineAsync(entry => entry.Kind == AccessLogKind.Http);
        Assert.Equal("spiffe://cluster.local/ns/prod/sa/payments", line.UpstreamPeerUriSan);
        Assert.Equal("outbound|8080||" + MeshYamlText.Host, line.UpstreamCluster);
        Assert.Equal(0, line.GrpcStatus);
        Assert.Equal("HTTP/2", line.Protocol);
        Assert.Equal("localhost", line.RequestedServerName);
        var next = await sidecar.Log.NextAsync(_ => true);
        Assert.Equal(line.UpstreamLocalAddress, next.DownstreamRemoteAddress);
        Assert.Equal("spiffe://cluster.local/ns/istio-system/sa/gateway", next.DownstreamPeerUriSan);
        Assert.Equal(line.TraceId, next.TraceId);
    }

    [Fact(Timeout = 240_000)]
    public async Task A_bidirectional_stream_is_a_conversation_through_YARP()
    {
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{gateway.HttpPort}");
        using var call = new Echo.EchoClient(channel).Chat(cancellationToken: Stop);
        Assert.Equal("yes", (await call.ResponseHeadersAsync).GetValue("x-early"));
        for (var i = 0; i < 3; i++)
        {
            await call.RequestStream.WriteAsync(new EchoRequest { Text = $"{i}" }, Stop);
            Assert.True(await call.ResponseStream.MoveNext(Stop));
            Assert.Equal($"{i}", call.ResponseStream.Current.Text);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(Stop));
        Assert.Equal("end", call.GetTrailers().GetValue("x-trailer"));
    }

    [Fact(Timeout = 240_000)]
    public async Task Cancellation_and_failures_pass_through_YARP()
    {
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{gateway.HttpPort}");
        var echo = new Echo.EchoClient(channel);
        var error = await Assert.ThrowsAsync<RpcException>(
            async () => await echo.UnaryAsync(new EchoRequest { FailWith = (int)StatusCode.AlreadyExists }, cancellationToken: Stop));
        Assert.Equal(StatusCode.AlreadyExists, error.StatusCode);

        using var call = echo.UnaryAsync(new EchoRequest { Hang = true }, cancellationToken: Stop);
        Assert.True(await backend.Hanging.WaitAsync(TimeSpan.FromSeconds(20), Stop));
        call.Dispose();
        Assert.True(await backend.Cancelled.WaitAsync(TimeSpan.FromSeconds(20), Stop));
    }

    [Fact(Timeout = 240_000)]
    public async Task Http_1_and_2_reach_the_application_with_forwarded_headers_and_without_spoofed_ones()
    {
        using var client = new HttpClient(TlsHandler());
        foreach (var version in new[] { HttpVersion.Version11, HttpVersion.Version20 })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"https://localhost:{gateway.HttpsPort}/a%2Fb?q=1")
            {
                Version = version,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = new StringContent("body"),
            };
            request.Headers.Add("x-forwarded-client-cert", "By=spiffe://evil");
            request.Headers.Add("x-envoy-retry-on", "5xx");
            request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
            using var response = await client.SendAsync(request, Stop);
            var text = await response.Content.ReadAsStringAsync(Stop);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(version, response.Version);
            Assert.StartsWith($"POST http localhost:{gateway.HttpsPort} /a%2Fb?q=1 HTTP/", text, StringComparison.Ordinal);
            Assert.EndsWith("body", text, StringComparison.Ordinal);
            var seen = backend.Requests[^1];
            Assert.DoesNotContain("x-forwarded-client-cert", seen.Keys);
            Assert.DoesNotContain("x-envoy-retry-on", seen.Keys);
            Assert.Equal("https", seen["x-forwarded-proto"]);
            Assert.Equal("127.0.0.1", seen["x-forwarded-for"]);
            Assert.Equal("4", seen["content-length"]);
            Assert.StartsWith("00-0af7651916cd43dd8448eb211c80319c-", seen["traceparent"], StringComparison.Ordinal);
            Assert.NotEmpty(seen["x-request-id"]);
        }
    }

    [Fact(Timeout = 240_000)]
    public async Task A_server_that_asks_for_client_certificates_is_not_reached_through_another_ones_connection()
    {
        File.WriteAllText(Path.Combine(gateway.Certificates, "ca.crt"), pki.RootPem);
        gateway.WriteConfig("gateways.yaml", MeshYamlText.Gateways(gateway).Replace(
            "\n---\napiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata:\n  name: cross-network", $"""

              - port:
                  number: {gateway.HttpsPort}
                  name: https-partners
                  protocol: HTTPS
                hosts:
                - partners.example.com
                tls:
                  mode: MUTUAL
                  serverCertificate: {gateway.Certificates}/tls.crt
                  privateKey: {gateway.Certificates}/tls.key
                  caCertificates: {gateway.Certificates}/ca.crt
            ---
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata:
              name: cross-network
            """, StringComparison.Ordinal));
        await Poll.UntilAsync(
            () => StatusAsync("partners.example.com").GetAwaiter().GetResult() == "HTTP/1.1 421 Misdirected Request", "the new server");
        Assert.Equal("HTTP/1.1 200 OK", await StatusAsync("localhost"));

        async Task<string?> StatusAsync(string host)
        {
            using var socket = new System.Net.Sockets.TcpClient();
            await socket.ConnectAsync(IPAddress.Loopback, gateway.HttpsPort, Stop);
            await using var tls = new SslStream(socket.GetStream());
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = pki.ChainPolicy() }, Stop);
            await tls.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"), Stop);
            using var reader = new StreamReader(tls);
            return await reader.ReadLineAsync(Stop);
        }
    }

    [Fact(Timeout = 240_000)]
    public async Task Mesh_mTLS_from_another_network_passes_through_unopened()
    {
        var directory = new FakeDirectory();
        directory.Set(Meshes.Upstream("payments", [Meshes.Endpoint(gateway.PassthroughPort) with { ViaNetwork = "vpc-a" }]));
        await using var client = await MeshProxy.StartClientSideAsync(
            new FixedIdentity(pki.Workload("legacy-billing")), directory, new FakeRoutes().Add("/", Meshes.Route()), edge: false);
        using var channel = GrpcChannel.ForAddress(client.Address);
        var reply = await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest { Text = "across" }, cancellationToken: Stop);
        Assert.Equal("across", reply.Text);

        var first = await client.Log.NextAsync(_ => true);
        var connected = await LineAsync(entry => entry.Kind == AccessLogKind.TcpConnected);
        var last = await sidecar.Log.NextAsync(_ => true);
        Assert.Equal("vpc-a", first.UpstreamViaNetwork);
        Assert.Equal(first.UpstreamLocalAddress, connected.DownstreamRemoteAddress);
        Assert.Equal(connected.UpstreamLocalAddress, last.DownstreamRemoteAddress);
        Assert.Equal("spiffe://cluster.local/ns/prod/sa/legacy-billing", last.DownstreamPeerUriSan);
        Assert.Equal("spiffe://cluster.local/ns/prod/sa/payments", first.UpstreamPeerUriSan);
        Assert.Equal($"127.0.0.1:{sidecar.Port}", connected.UpstreamHost);
    }

    [Theory(Timeout = 240_000)]
    [InlineData("outbound_.8080_._.unknown.prod.svc.cluster.local", "istio")]
    [InlineData("outbound_.8080_._.echo.prod.svc.cluster.local", "h2")]
    [InlineData("outbound_.8080_._.echo.prod.svc.cluster.local", null)]
    [InlineData("www.example.com", "istio")]
    [InlineData(null, "istio")]
    public async Task What_is_not_mesh_mTLS_to_an_exposed_service_is_refused_with_one_line(string? sni, string? alpn)
    {
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, gateway.PassthroughPort, Stop);
        await using var tls = new SslStream(socket.GetStream());
        var options = new SslClientAuthenticationOptions { TargetHost = sni ?? "", CertificateChainPolicy = pki.ChainPolicy() };
        if (alpn is not null) options.ApplicationProtocols = [new SslApplicationProtocol(alpn)];
        await Assert.ThrowsAnyAsync<IOException>(() => tls.AuthenticateAsClientAsync(options, Stop));
        var line = await LineAsync(entry => entry.Kind == AccessLogKind.Refused);
        Assert.Equal(sni, line.RequestedServerName);
        Assert.False(string.IsNullOrEmpty(line.ResponseCodeDetails));
        Assert.NotNull(line.DownstreamRemoteAddress);
        Assert.Single(gateway.AccessLog);
    }

    [Fact(Timeout = 240_000)]
    public async Task Plain_text_on_the_passthrough_port_is_refused()
    {
        using var client = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri($"http://127.0.0.1:{gateway.PassthroughPort}/"), Stop));
        var line = await LineAsync(entry => entry.Kind == AccessLogKind.Refused);
        Assert.Equal("the connection does not begin with TLS", line.ResponseCodeDetails);
    }

    [Fact(Timeout = 240_000)]
    public async Task A_changed_route_applies_without_a_restart()
    {
        using var client = new HttpClient();
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri($"http://127.0.0.1:{gateway.HttpPort}/old"), Stop)).StatusCode);
        gateway.WriteConfig("routes.yaml", MeshYamlText.Routes("/new"));
        await Poll.UntilAsync(
            () => client.GetAsync(new Uri($"http://127.0.0.1:{gateway.HttpPort}/old"), Stop).GetAwaiter().GetResult().StatusCode == HttpStatusCode.NotFound,
            "the old route to go");
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri($"http://127.0.0.1:{gateway.HttpPort}/new"), Stop)).StatusCode);
        var line = await LineAsync(entry => entry.ResponseFlags == "NR");
        Assert.Contains("no route for GET", line.ResponseCodeDetails, StringComparison.Ordinal);
    }

    [Fact(Timeout = 240_000)]
    public async Task A_new_server_opens_a_port_and_a_removed_one_closes_it()
    {
        var port = FreePort.Next();
        gateway.WriteConfig("more.yaml", $"""
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata:
              name: more
              namespace: istio-system
            spec:
              selector:
                istio: ingressgateway
              servers:
              - port:
                  number: {port}
                  name: http
                  protocol: HTTP
                hosts:
                - "*"
            """);
        await Poll.UntilAsync(() => Connects(port), "the new port");
        File.Delete(Path.Combine(gateway.Config, "more.yaml"));
        await Poll.UntilAsync(() => !Connects(port), "the port to close");
        Assert.True(gateway.Readiness.IsReady);
    }

    [Fact(Timeout = 240_000)]
    public async Task A_replaced_certificate_is_taken_up()
    {
        Assert.Contains("edge.example.com", await ServedNameAsync(), StringComparison.Ordinal);
        gateway.WriteServerCertificate("new.example.com", "localhost");
        await Poll.UntilAsync(
            () => ServedNameAsync().GetAwaiter().GetResult().Contains("new.example.com", StringComparison.Ordinal), "the new certificate");
    }

    [Fact(Timeout = 240_000)]
    public async Task A_draining_gateway_is_not_ready_and_finishes_what_is_in_flight()
    {
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{gateway.HttpPort}");
        using var call = new Echo.EchoClient(channel).Chat(cancellationToken: Stop);
        await call.ResponseHeadersAsync;
        var stopping = gateway.StopAsync();
        await Poll.UntilAsync(() => !gateway.Readiness.IsReady, "not ready");
        await Poll.UntilAsync(() => !Connects(gateway.HttpPort), "the listener to close");
        await call.RequestStream.WriteAsync(new EchoRequest { Text = "still here" }, Stop);
        Assert.True(await call.ResponseStream.MoveNext(Stop));
        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(Stop));
        await stopping;
    }

    [Fact(Timeout = 240_000)]
    public async Task The_admin_page_shows_destinations_and_listeners()
    {
        using var client = new HttpClient();
        var json = await client.GetStringAsync(new Uri($"http://127.0.0.1:{gateway.AdminPort}/snapshot"), Stop);
        using var document = JsonDocument.Parse(json);
        var edge = document.RootElement.GetProperty("roles")[0];
        Assert.Equal("Edge", edge.GetProperty("role").GetString());
        Assert.Equal(2, edge.GetProperty("listeners").GetArrayLength());
        var upstream = Assert.Single(edge.GetProperty("upstreams").EnumerateArray());
        Assert.Equal($"127.0.0.1:{sidecar.Port}", upstream.GetProperty("endpoints")[0].GetProperty("address").GetString());
        Assert.Equal("ready\n", await client.GetStringAsync(new Uri($"http://127.0.0.1:{gateway.HealthPort}/healthz/ready"), Stop));
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(new Uri($"http://127.0.0.1:{gateway.HealthPort}/snapshot"), Stop)).StatusCode);
    }

    private static bool Connects(int port)
    {
        using var socket = new System.Net.Sockets.TcpClient();
        try
        {
            socket.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    private SocketsHttpHandler TlsHandler() => new()
    {
        SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = pki.ChainPolicy() },
    };

    private async Task<string> ServedNameAsync()
    {
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, gateway.HttpsPort, Stop);
        await using var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = pki.ChainPolicy() }, Stop);
        return tls.RemoteCertificate!.Subject;
    }

    private Task<AccessLogEntry> LineAsync(Func<AccessLogEntry, bool> matches) =>
        Poll.ForAsync(() => gateway.AccessLog.FirstOrDefault(matches), "an access log line");
}
