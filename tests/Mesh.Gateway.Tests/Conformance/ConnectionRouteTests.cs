using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Mesh.DataPlane.Tcp;
using Mesh.DataPlane.Tests.Support;
using Mesh.Gateway.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Gateway.Tests.Conformance;

/// <summary>Connections that the edge carries as bytes, and what its TLS servers insist on.</summary>
public sealed class ConnectionRouteTests : IAsyncLifetime
{
    private readonly TestPki pki = new();
    private readonly TestGateway gateway;
    private readonly int tcpPort = FreePort.Next();
    private readonly int exposedPort = FreePort.Next();
    private TcpServer plain = null!;
    private TcpServer sealedServer = null!;
    private EchoBackend web = null!;

    public ConnectionRouteTests() => gateway = new TestGateway(pki);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        plain = TcpServer.Start(new IPEndPoint(IPAddress.Loopback, 0), AnswerAtEndAsync, 100, NullLogger.Instance);
        sealedServer = TcpServer.Start(new IPEndPoint(IPAddress.Loopback, 0), AnswerInTlsAsync, 100, NullLogger.Instance);
        web = await EchoBackend.StartAsync("web");
        gateway.WriteServerCertificate("terminated.example", "strict.example", "modern.example", "web.example");
        gateway.WriteConfig("mesh.yaml", Config());
        await gateway.StartAsync();
        await gateway.ReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        await plain.DisposeAsync();
        await sealedServer.DisposeAsync();
        await web.DisposeAsync();
    }

    [Fact(Timeout = 120_000)]
    public async Task A_tcp_port_carries_bytes_and_the_end_of_one_direction()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, tcpPort), Stop);
        await using var stream = new NetworkStream(socket);
        Assert.Equal("HELLO", await AskAsync(stream, "hello", () => socket.Shutdown(SocketShutdown.Send)));
    }

    [Fact(Timeout = 120_000)]
    public async Task TLS_is_passed_through_by_its_name_and_ends_at_the_server_behind()
    {
        await using var tls = await ConnectAsync("sealed.example");
        Assert.Contains("sealed.example", ((X509Certificate2)tls.RemoteCertificate!).Subject, StringComparison.Ordinal);
        await tls.WriteAsync("x"u8.ToArray(), Stop);
        var answer = new byte[1];
        await tls.ReadExactlyAsync(answer, Stop);
        Assert.Equal((byte)'X', answer[0]);
    }

    /// <summary>As Istio's expose-istiod.yaml makes istiod reachable for machines and other clusters.</summary>
    [Fact(Timeout = 120_000)]
    public async Task An_east_west_gateway_passes_TLS_of_any_name_on_where_a_route_says_so()
    {
        await using var tls = await ConnectAsync("sealed.example", port: exposedPort);
        Assert.Contains("sealed.example", ((X509Certificate2)tls.RemoteCertificate!).Subject, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_name_without_a_route_or_a_server_is_closed()
    {
        await Assert.ThrowsAnyAsync<IOException>(() => ConnectAsync("other.sealed.example"));
        await Assert.ThrowsAnyAsync<IOException>(() => ConnectAsync("nobody.example"));
        await Poll.UntilAsync(
            () => gateway.AccessLog.Any(line => line.ResponseCodeDetails?.Contains("no tls route for 'other.sealed.example'", StringComparison.Ordinal) == true),
            "the line that says why");
    }

    [Fact(Timeout = 120_000)]
    public async Task TLS_of_any_content_is_terminated_and_carried_on()
    {
        await using var tls = await ConnectAsync("terminated.example");
        Assert.Equal("BYTES", await AskAsync(tls, "bytes", () => tls.ShutdownAsync().GetAwaiter().GetResult()));
    }

    [Fact(Timeout = 120_000)]
    public async Task HTTPS_shares_the_port_with_what_is_passed_through()
    {
        using var http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { TargetHost = "web.example", CertificateChainPolicy = pki.ChainPolicy() },
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://127.0.0.1:{gateway.HttpsPort}/") { Headers = { Host = "web.example" } };
        using var response = await http.SendAsync(request, Stop);
        Assert.Equal("web", response.Headers.GetValues("x-server").Single());
    }

    [Fact(Timeout = 120_000)]
    public async Task A_server_may_insist_on_a_version_of_TLS()
    {
        await Assert.ThrowsAnyAsync<Exception>(() => ConnectAsync("modern.example", options => options.EnabledSslProtocols = SslProtocols.Tls12));
        await using var tls = await ConnectAsync("modern.example");
        Assert.Equal(SslProtocols.Tls13, tls.SslProtocol);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_server_may_name_its_cipher_suites()
    {
        await using var tls = await ConnectAsync("strict.example", options => options.EnabledSslProtocols = SslProtocols.Tls12);
        Assert.Contains("AES_128_GCM_SHA256", tls.NegotiatedCipherSuite.ToString(), StringComparison.Ordinal);
    }

    private static async Task AnswerAtEndAsync(Socket socket, CancellationToken cancellationToken)
    {
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream);
        var text = await reader.ReadToEndAsync(cancellationToken);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text.ToUpperInvariant()), cancellationToken);
        socket.Shutdown(SocketShutdown.Send);
    }

    private static async Task<string> AskAsync(Stream stream, string text, Action end)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text), Stop);
        end();
        using var reader = new StreamReader(stream, leaveOpen: true);
        return await reader.ReadToEndAsync(Stop);
    }

    private async Task AnswerInTlsAsync(Socket socket, CancellationToken cancellationToken)
    {
        var (chain, key) = pki.ServerPem("sealed.example");
        using var certificate = X509Certificate2.CreateFromPem(chain, key);
        await using var tls = new SslStream(new NetworkStream(socket));
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, cancellationToken);
        var buffer = new byte[1];
        await tls.ReadExactlyAsync(buffer, cancellationToken);
        buffer[0] = (byte)char.ToUpperInvariant((char)buffer[0]);
        await tls.WriteAsync(buffer, cancellationToken);
        await tls.ShutdownAsync();
    }

    private async Task<SslStream> ConnectAsync(string name, Action<SslClientAuthenticationOptions>? change = null, int? port = null)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port ?? gateway.HttpsPort), Stop);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            var options = new SslClientAuthenticationOptions { TargetHost = name, CertificateChainPolicy = pki.ChainPolicy() };
            change?.Invoke(options);
            await tls.AuthenticateAsClientAsync(options, Stop);
            return tls;
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    private string Config()
    {
        var certificates = $"serverCertificate: {gateway.Certificates}/tls.crt, privateKey: {gateway.Certificates}/tls.key";
        return $$"""
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata: {name: edge, namespace: istio-system}
            spec:
              selector: {istio: ingressgateway}
              servers:
              - port: {number: {{tcpPort}}, name: tcp, protocol: TCP}
                hosts: ["*"]
              - port: {number: {{gateway.HttpsPort}}, name: passed, protocol: TLS}
                hosts: ["*.sealed.example", sealed.example]
                tls: {mode: PASSTHROUGH}
              - port: {number: {{gateway.HttpsPort}}, name: opened, protocol: TLS}
                hosts: [terminated.example]
                tls: {mode: SIMPLE, {{certificates}}}
              - port: {number: {{gateway.HttpsPort}}, name: web, protocol: HTTPS}
                hosts: [web.example]
                tls: {mode: SIMPLE, {{certificates}}}
              - port: {number: {{gateway.HttpsPort}}, name: modern, protocol: HTTPS}
                hosts: [modern.example]
                tls: {mode: SIMPLE, minProtocolVersion: TLSV1_3, {{certificates}}}
              - port: {number: {{gateway.HttpsPort}}, name: strict, protocol: HTTPS}
                hosts: [strict.example]
                tls: {mode: SIMPLE, cipherSuites: [ECDHE-ECDSA-AES128-GCM-SHA256, ECDHE-RSA-AES128-GCM-SHA256], {{certificates}}}
            ---
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata: {name: cross-network, namespace: istio-system}
            spec:
              selector: {istio: eastwestgateway}
              servers:
              - port: {number: {{gateway.PassthroughPort}}, name: tls, protocol: TLS}
                hosts: ["*.local"]
                tls: {mode: AUTO_PASSTHROUGH}
            ---
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata: {name: exposing, namespace: istio-system}
            spec:
              selector: {istio: eastwestgateway}
              servers:
              - port: {number: {{exposedPort}}, name: exposed, protocol: tls}
                hosts: ["*"]
                tls: {mode: PASSTHROUGH}
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: exposed, namespace: istio-system}
            spec:
              hosts: ["*"]
              gateways: [exposing]
              tls:
              - match:
                - {port: {{exposedPort}}, sniHosts: ["*"]}
                route:
                - destination: {host: sealed.test}
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: bytes, namespace: prod}
            spec:
              hosts: ["*"]
              gateways: [istio-system/edge]
              tcp:
              - route:
                - destination: {host: plain.test}
              tls:
              - match:
                - sniHosts: [sealed.example]
                route:
                - destination: {host: sealed.test}
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: web, namespace: prod}
            spec:
              hosts: [web.example]
              gateways: [istio-system/edge]
              http:
              - route:
                - destination: {host: web.test}
            ---
            {{Service("plain", "TCP", plain.EndPoint.Port)}}
            ---
            {{Service("sealed", "TLS", sealedServer.EndPoint.Port)}}
            ---
            {{Service("web", "HTTP", web.Port)}}
            """;
    }

    private static string Service(string name, string protocol, int port) => $"""
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata:
          name: {name}
          namespace: prod
        spec:
          hosts:
          - {name}.test
          location: MESH_EXTERNAL
          resolution: STATIC
          ports:
          - number: 80
            name: main
            protocol: {protocol}
          endpoints:
          - address: 127.0.0.1
            ports:
              main: {port}
        """;
}
