using System.Collections.Concurrent;
using System.Diagnostics;
using Mesh.Bench.Gateway;

namespace Mesh.Bench.Agents;

/// <summary>Ordinary callers at the edge of the other network, at a constant rate over connections that are kept.</summary>
internal sealed class EdgeCalls : IAsyncDisposable
{
    private const double PerSecond = 50;

    /// <summary>An answer that took longer waited for a machine that was not there; it would have been one for a few milliseconds else.</summary>
    private static readonly TimeSpan HeldUp = TimeSpan.FromSeconds(1);

    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(20) };
    private readonly ConcurrentQueue<(long Sent, bool Failed)> troubled = new();
    private readonly CancellationTokenSource stop = new();
    private readonly Task sending;
    private long calls;

    public EdgeCalls() => sending = SendAsync();

    public long Calls => Interlocked.Read(ref calls);

    /// <summary>Calls that were not answered with 200.</summary>
    public int Failed => troubled.Count(call => call.Failed);

    /// <summary>When the last call was sent that failed or was held up; 0: there was none.</summary>
    public long LastTroubled => troubled.Select(call => call.Sent).DefaultIfEmpty().Max();

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        http.Dispose();
        stop.Dispose();
    }

    private async Task SendAsync()
    {
        var schedule = new OpenLoopSchedule(PerSecond);
        var began = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        long made = 0;
        while (await timer.WaitForNextTickAsync(stop.Token))
            for (var due = schedule.DueBy(Stopwatch.GetElapsedTime(began)); made < due; made++) _ = CallAsync();
    }

    private async Task CallAsync()
    {
        var sent = Stopwatch.GetTimestamp();
        var answered = await Http.IsOkAsync(http, StartCases.Edge);
        if (stop.IsCancellationRequested) return;
        if (!answered || Stopwatch.GetElapsedTime(sent) > HeldUp) troubled.Enqueue((sent, !answered));
        Interlocked.Increment(ref calls);
    }
}
