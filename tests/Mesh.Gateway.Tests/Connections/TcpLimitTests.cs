using System.Net;
using System.Net.Sockets;
using Mesh.DataPlane.Tests.Support;
using Mesh.Hosting.AccessLogs;

namespace Mesh.Gateway.Tests.Connections;

/// <summary>What a DestinationRule says about connections that are carried as bytes, and what becomes of them when the gateway stops.</summary>
public sealed class TcpLimitTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact(Timeout = 240_000)]
    public async Task A_connection_beyond_the_limit_of_its_destination_is_refused_with_UO_until_another_ends()
    {
        await using var mesh = await EdgeMesh.StartWithAsync(Rule("maxConnections: 2"));
        await using var first = await ConnectAsync(mesh.TcpPort);
        await using var second = await ConnectAsync(mesh.TcpPort);
        Assert.True(await EchoesAsync(first));
        Assert.True(await EchoesAsync(second));
        Assert.False(await NewOneEchoesAsync(mesh.TcpPort));
        var line = await mesh.LineAsync(line => line.Kind == AccessLogKind.Refused);
        Assert.Equal("UO", line.ResponseFlags);
        Assert.Contains("limit of 2 connections", line.ResponseCodeDetails, StringComparison.Ordinal);
        Assert.True(await EchoesAsync(second));

        await first.DisposeAsync();
        await Poll.UntilAsync(() => NewOneEchoesAsync(mesh.TcpPort).GetAwaiter().GetResult(), "a place to be free");
    }

    [Theory(Timeout = 240_000)]
    [InlineData("idleTimeout: 500ms", "idleTimeout")]
    [InlineData("maxConnectionDuration: 500ms", "maxConnectionDuration")]
    public async Task A_connection_that_is_quiet_or_open_for_too_long_is_closed_and_the_log_says_why(string rule, string reason)
    {
        await using var mesh = await EdgeMesh.StartWithAsync(Rule(rule));
        await using var stream = await ConnectAsync(mesh.TcpPort);
        Assert.False(await EchoesAsync(stream, afterwards: true));
        var line = await mesh.LineAsync(line => line.Kind == AccessLogKind.TcpClosed);
        Assert.Contains(reason, line.ResponseCodeDetails, StringComparison.Ordinal);
    }

    [Fact(Timeout = 240_000)]
    public async Task Stopping_waits_for_bytes_in_flight_and_says_so_first()
    {
        await using var mesh = await EdgeMesh.StartAsync("--drain-timeout", "2m");
        await using var stream = await ConnectAsync(mesh.TcpPort);
        Assert.True(await EchoesAsync(stream));
        var stopping = mesh.Gateway.StopAsync();
        using var client = new HttpClient();
        using var health = await client.GetAsync(new Uri($"http://127.0.0.1:{mesh.Gateway.HealthPort}/healthz/ready"), Stop);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        await Poll.UntilAsync(() => !Accepts(mesh.TcpPort), "the port to close");
        Assert.True(await EchoesAsync(stream));
        Assert.False(stopping.IsCompleted);
        await stream.DisposeAsync();
        await stopping;
    }

    [Fact(Timeout = 240_000)]
    public async Task Stopping_does_not_wait_for_ever()
    {
        await using var mesh = await EdgeMesh.StartAsync("--drain-timeout", "500ms");
        await using var stream = await ConnectAsync(mesh.TcpPort);
        Assert.True(await EchoesAsync(stream));
        await mesh.Gateway.StopAsync();
        Assert.False(await EchoesAsync(stream));
    }

    private static string Rule(string tcp) => $$"""
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: bytes, namespace: prod}
        spec:
          host: bytes.test
          trafficPolicy:
            connectionPool:
              tcp: { {{tcp}} }
        """;

    private static bool Accepts(int port)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task<NetworkStream> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), Stop);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>For a connection that may be refused: the reset may come before the client has seen it open.</summary>
    private static async Task<bool> NewOneEchoesAsync(int port)
    {
        try
        {
            await using var stream = await ConnectAsync(port);
            return await EchoesAsync(stream);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Whether a byte comes back; with <paramref name="afterwards"/> whether another does that nobody asked for.</summary>
    private static async Task<bool> EchoesAsync(NetworkStream stream, bool afterwards = false)
    {
        var one = new byte[1];
        try
        {
            await stream.WriteAsync(one, Stop);
            var read = await stream.ReadAsync(one, Stop);
            return afterwards && read == 1 ? await stream.ReadAsync(one, Stop) == 1 : read == 1;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
