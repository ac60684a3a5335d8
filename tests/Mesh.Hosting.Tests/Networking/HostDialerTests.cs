using System.Net;
using System.Net.Sockets;
using Mesh.Hosting.Networking;
using Xunit;

namespace Mesh.Hosting.Tests.Networking;

/// <summary>A name with several addresses, of which some are dead.</summary>
public sealed class HostDialerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_address_that_refuses_is_passed_over()
    {
        using var server = Listen(out var port);
        var dialer = new HostDialer(TimeProvider.System, (_, _) => Addresses("127.0.0.9", "127.0.0.1"));

        await using var stream = await dialer.ConnectAsync(new DnsEndPoint("istiod", port), Cancel);

        Assert.Equal(IPEndPoint.Parse($"127.0.0.1:{port}"), stream.Socket.RemoteEndPoint);
    }

    [Fact]
    public async Task An_address_that_never_answers_costs_a_moment_only()
    {
        using var server = Listen(out var port);
        // A full backlog: the kernel drops further calls, as a dead machine does.
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.9"), port));
        silent.Listen(0);
        var waiting = await FillAsync((IPEndPoint)silent.LocalEndPoint!);

        var dialer = new HostDialer(TimeProvider.System, (_, _) => Addresses("127.0.0.9", "127.0.0.1"));
        await using var stream = await dialer.ConnectAsync(new DnsEndPoint("istiod", port), Cancel);

        Assert.Equal(IPEndPoint.Parse($"127.0.0.1:{port}"), stream.Socket.RemoteEndPoint);
        foreach (var socket in waiting) socket.Dispose();
    }

    [Fact]
    public async Task The_name_is_resolved_anew_for_every_connection()
    {
        using var server = Listen(out var port);
        var now = "127.0.0.9";
        var dialer = new HostDialer(TimeProvider.System, (_, _) => Addresses(now));

        var failure = await Assert.ThrowsAsync<IOException>(() => dialer.ConnectAsync(new DnsEndPoint("istiod", port), Cancel));
        now = "127.0.0.1";
        await using var stream = await dialer.ConnectAsync(new DnsEndPoint("istiod", port), Cancel);

        Assert.Contains($"none of the 1 addresses of istiod answers: 127.0.0.9:{port}: ", failure.Message, StringComparison.Ordinal);
        Assert.True(stream.Socket.Connected);
    }

    [Fact]
    public async Task A_name_nobody_knows_is_named()
    {
        var dialer = new HostDialer(TimeProvider.System, (_, _) => throw new SocketException((int)SocketError.HostNotFound));

        var failure = await Assert.ThrowsAsync<IOException>(() => dialer.ConnectAsync(new DnsEndPoint("istiod.istio-system.svc", 15012), Cancel));

        Assert.Contains("the name istiod.istio-system.svc cannot be resolved", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>Connects until a connection is no longer answered.</summary>
    private static async Task<List<Socket>> FillAsync(IPEndPoint address)
    {
        var sockets = new List<Socket>();
        while (sockets.Count < 16)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            sockets.Add(socket);
            var connecting = socket.ConnectAsync(address, CancellationToken.None).AsTask();
            _ = connecting.ContinueWith(done => done.Exception, TaskScheduler.Default);
            if (await Task.WhenAny(connecting, Task.Delay(TimeSpan.FromSeconds(1), Cancel)) != connecting) return sockets;
        }

        throw new InvalidOperationException($"{address} answers everybody");
    }

    private static Socket Listen(out int port)
    {
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        server.Listen();
        port = ((IPEndPoint)server.LocalEndPoint!).Port;
        return server;
    }

    private static Task<IPAddress[]> Addresses(params string[] addresses) => Task.FromResult(addresses.Select(IPAddress.Parse).ToArray());
}
