using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Mesh.Bench.Gateway.Wire;

/// <summary>The bench's own client: calls at a constant rate whatever the answers do, or the next call upon every answer.</summary>
internal sealed class Caller : IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LastAnswers = TimeSpan.FromSeconds(10);

    private readonly List<CallerConnection> connections = [];
    private long until;

    private Caller()
    {
    }

    /// <param name="secure">What stands between the socket and HTTP/2: TLS, a ClientHello, or nothing.</param>
    /// <param name="streams">Most calls under way on a connection.</param>
    public static async Task<Caller> ConnectAsync(
        IPEndPoint address, Func<NetworkStream, Task<Stream>> secure, byte[] headers, byte[] body, int answerBytes, int connections, int streams)
    {
        var caller = new Caller();
        for (var i = 0; i < connections; i++)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(address);
            var stream = await secure(new NetworkStream(socket, ownsSocket: true));
            caller.connections.Add(new CallerConnection(
                stream, headers, body, answerBytes, streams, () => Stopwatch.GetTimestamp() < Volatile.Read(ref caller.until)));
        }

        return caller;
    }

    /// <summary>Calls at a constant rate; latency counts from when a call was due.</summary>
    public async Task<CallerFigures> AtRateAsync(double perSecond, TimeSpan duration)
    {
        var schedule = new OpenLoopSchedule(perSecond);
        Volatile.Write(ref until, 0);
        Drain();
        var start = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(Tick);
        long made = 0;
        for (var elapsed = TimeSpan.Zero; elapsed < duration; elapsed = Stopwatch.GetElapsedTime(start))
        {
            for (var count = schedule.DueBy(elapsed); made < count; made++)
                connections[(int)(made % connections.Count)].Call(start + (long)(schedule.At(made).TotalSeconds * Stopwatch.Frequency));
            foreach (var connection in connections) connection.Flush();
            await timer.WaitForNextTickAsync();
        }

        return await FinishAsync(duration);
    }

    /// <summary>As many calls as the proxy takes.</summary>
    /// <param name="callsEach">Under way on every connection.</param>
    public async Task<CallerFigures> AtFullSpeedAsync(int callsEach, TimeSpan duration)
    {
        Drain();
        Volatile.Write(ref until, Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency));
        foreach (var connection in connections)
        {
            for (var i = 0; i < callsEach; i++) connection.Call(Stopwatch.GetTimestamp());
            connection.Flush();
        }

        await Task.Delay(duration);
        return await FinishAsync(duration);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in connections) await connection.DisposeAsync();
    }

    private void Drain()
    {
        foreach (var connection in connections) connection.Take();
    }

    /// <summary>Late answers count as late; what has no answer by then, as failed.</summary>
    private async Task<CallerFigures> FinishAsync(TimeSpan duration)
    {
        var end = Stopwatch.GetTimestamp();
        while (connections.Exists(connection => connection.Open > 0) && Stopwatch.GetElapsedTime(end) < LastAnswers) await Task.Delay(5);
        var milliseconds = new List<double>();
        var failed = 0;
        foreach (var connection in connections)
        {
            var (ofConnection, failures) = connection.Take();
            milliseconds.AddRange(ofConnection);
            failed += failures + connection.Open;
        }

        milliseconds.Sort();
        return new CallerFigures(
            milliseconds.Count / duration.TotalSeconds, milliseconds.Count, failed, Quantile.Of(milliseconds, 0.50), Quantile.Of(milliseconds, 0.99));
    }
}
