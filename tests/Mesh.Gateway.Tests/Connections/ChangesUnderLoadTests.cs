using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.DataPlane.Tests.Support;

namespace Mesh.Gateway.Tests.Connections;

/// <summary>Listeners, hosts, certificates and routes change while clients of every kind are at it: none of them may notice.</summary>
public sealed class ChangesUnderLoadTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task No_request_fails_and_no_connection_is_lost_whatever_changes()
    {
        await using var mesh = await EdgeMesh.StartAsync();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var failures = new ConcurrentQueue<string>();
        using var http1 = Client(mesh, "1.1");
        using var http2 = Client(mesh, "2.0");
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{mesh.Gateway.HttpPort}");
        using var call = new Echo.EchoClient(channel).Chat(cancellationToken: Stop);
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, mesh.TcpPort, Stop);
        var bytes = socket.GetStream();
        Task[] load =
        [
            RepeatAsync("HTTP/1.1", () => GetAsync(http1, $"http://127.0.0.1:{mesh.Gateway.HttpPort}/")),
            RepeatAsync("HTTP/2", () => GetAsync(http2, $"http://127.0.0.1:{mesh.Gateway.HttpPort}/")),
            RepeatAsync("HTTP/1.1 in TLS", () => GetAsync(http1, $"https://localhost:{mesh.Gateway.HttpsPort}/")),
            RepeatAsync("HTTP/2 in TLS", () => GetAsync(http2, $"https://localhost:{mesh.Gateway.HttpsPort}/")),
            RepeatAsync("a stream", () => EchoAsync(call)),
            RepeatAsync("bytes", () => EchoAsync(bytes)),
        ];

        for (var round = 0; round < 3; round++) await ChangeAsync(mesh, round);
        await end.CancelAsync();
        await Task.WhenAll(load);
        Assert.Empty(failures);

        async Task RepeatAsync(string what, Func<Task> act)
        {
            while (!end.IsCancellationRequested)
            {
                try
                {
                    await act();
                }
#pragma warning disable CA1031 // Whatever a client sees is what this test is about.
                catch (Exception error)
#pragma warning restore CA1031
                {
                    failures.Enqueue($"{what}: {error.Message}");
                    return;
                }
            }
        }
    }

    /// <summary>A new host with a route of its own, another port, another certificate for all, and a server more or less.</summary>
    private static async Task ChangeAsync(EdgeMesh mesh, int round)
    {
        var port = FreePort.Next();
        mesh.Gateway.WriteServerCertificate($"round{round}.example.com", "localhost");
        mesh.Gateway.WriteConfig("gateways.yaml", mesh.Gateways($$"""
              - port: {number: {{port}}, name: more, protocol: HTTP}
                hosts: ["*"]
              - port: {number: {{mesh.Gateway.HttpsPort}}, name: more-{{round % 2}}, protocol: HTTPS}
                hosts: ["round{{round}}.test"]
                tls: {mode: SIMPLE, serverCertificate: {{mesh.Gateway.Certificates}}/tls.crt, privateKey: {{mesh.Gateway.Certificates}}/tls.key}
            """));
        mesh.Gateway.WriteConfig("round.yaml", $$"""
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: round, namespace: prod}
            spec:
              hosts: ["round{{round}}.test"]
              gateways: [istio-system/edge]
              http:
              - directResponse: {status: 418}
            """);
        using var client = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero });
        await Poll.UntilAsync(() => StatusAsync(client, port, $"round{round}.test").GetAwaiter().GetResult() == 418, "the new port and route");
        await Poll.UntilAsync(() => ShownAsync(mesh).GetAwaiter().GetResult().Contains($"round{round}.", StringComparison.Ordinal), "the new certificate");
    }

    private static async Task<int> StatusAsync(HttpClient client, int port, string host)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{port}/") { Headers = { Host = host } };
            using var response = await client.SendAsync(request, Stop);
            return (int)response.StatusCode;
        }
        catch (Exception error) when (error is HttpRequestException or SocketException)
        {
            return 0;
        }
    }

    private static async Task<string> ShownAsync(EdgeMesh mesh)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, mesh.Gateway.HttpsPort, Stop);
        await using var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = mesh.Pki.ChainPolicy() }, Stop);
        return tls.RemoteCertificate!.Subject;
    }

    private static async Task GetAsync(HttpClient client, string url) =>
        Assert.StartsWith("GET ", await client.GetStringAsync(new Uri(url), Stop), StringComparison.Ordinal);

    private static async Task EchoAsync(AsyncDuplexStreamingCall<EchoRequest, EchoReply> call)
    {
        await call.RequestStream.WriteAsync(new EchoRequest { Text = "still" }, Stop);
        Assert.True(await call.ResponseStream.MoveNext(Stop));
    }

    private static async Task EchoAsync(NetworkStream stream)
    {
        await stream.WriteAsync("still"u8.ToArray(), Stop);
        await stream.ReadExactlyAsync(new byte[5], Stop);
        await Task.Yield();
    }

    private static HttpClient Client(EdgeMesh mesh, string version) => new(new SocketsHttpHandler
    {
        SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = mesh.Pki.ChainPolicy() },
        // New connections all the time, as new clients make them.
        PooledConnectionLifetime = TimeSpan.FromMilliseconds(200),
    })
    {
        DefaultRequestVersion = Version.Parse(version),
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };
}
