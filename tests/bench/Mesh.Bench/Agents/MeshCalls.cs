using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Mesh.Bench.Gateway;
using Mesh.DataPlane.Identity;

namespace Mesh.Bench.Agents;

/// <summary>
/// Callers of the other network that know nothing of each other: a new connection over mutual TLS for every call, through the machines'
/// gateway, at a constant rate, so that a machine that is still routed to is soon routed to. They try nothing again.
/// </summary>
internal sealed class MeshCalls : IAsyncDisposable
{
    private static readonly byte[] Request = Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {RigResources.Host}\r\nConnection: close\r\n\r\n");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly WorkloadCertificate certificate;
    private readonly CancellationTokenSource stop = new();
    private readonly Task sending;
    private long calls;
    private long failed;

    /// <param name="perSecond">Calls per second.</param>
    public MeshCalls(WorkloadCertificate certificate, double perSecond)
    {
        this.certificate = certificate;
        sending = SendAsync(new OpenLoopSchedule(perSecond));
    }

    public long Calls => Interlocked.Read(ref calls);

    public long Failed => Interlocked.Read(ref failed);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    private async Task SendAsync(OpenLoopSchedule schedule)
    {
        var began = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(2));
        long made = 0;
        while (await timer.WaitForNextTickAsync(stop.Token))
            for (var due = schedule.DueBy(Stopwatch.GetElapsedTime(began)); made < due; made++) _ = CallAsync();
    }

    private async Task CallAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        limit.CancelAfter(Patience);
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(RigResources.MachinesGateway, RigResources.EastWestPort, limit.Token);
            await using var tls = await MeshTls.ConnectAsync(
                new NetworkStream(socket), certificate, RigResources.Sni, ["spiffe://cluster.local/ns/prod/sa/legacy-billing"],
                MeshAlpn.OfferHttp11, limit.Token);
            await tls.WriteAsync(Request, limit.Token);
            var answer = new byte[1024];
            var read = await tls.ReadAsync(answer, limit.Token);
            if (!Encoding.ASCII.GetString(answer, 0, read).Contains(" 200 ", StringComparison.Ordinal)) Interlocked.Increment(ref failed);
        }
        catch (Exception error) when (error is SocketException or IOException or MeshTlsException or OperationCanceledException or ObjectDisposedException)
        {
            if (!stop.IsCancellationRequested) Interlocked.Increment(ref failed);
        }

        Interlocked.Increment(ref calls);
    }
}
