namespace Mesh.DataPlane.Tcp;

/// <summary>Ends a connection that is carried as bytes when it is quiet or open for too long.</summary>
internal sealed class SpliceClock : IAsyncDisposable
{
    private readonly TimeProvider time;
    private readonly TimeSpan? idle;
    private readonly TimeSpan? duration;
    private readonly CancellationTokenSource ended;
    private readonly long started;
    private readonly ITimer? timer;
    private long active;
    private string? problem;

    /// <param name="ended">Cancelled when it is time; the caller keeps it.</param>
    public SpliceClock(TimeProvider time, TimeSpan? idle, TimeSpan? duration, CancellationTokenSource ended)
    {
        this.time = time;
        this.idle = idle;
        this.duration = duration;
        this.ended = ended;
        started = active = time.GetTimestamp();
        if (idle is null && duration is null) return;
        timer = time.CreateTimer(static state => ((SpliceClock)state!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(Next, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Why the connection was ended; null when it was not.</summary>
    public string? Problem => Volatile.Read(ref problem);

    private TimeSpan Next
    {
        get
        {
            var untilIdle = idle - time.GetElapsedTime(Volatile.Read(ref active)) ?? TimeSpan.MaxValue;
            var untilEnd = duration - time.GetElapsedTime(started) ?? TimeSpan.MaxValue;
            return untilIdle < untilEnd ? untilIdle : untilEnd;
        }
    }

    /// <summary>Bytes went one way or the other.</summary>
    public void Touch() => Volatile.Write(ref active, time.GetTimestamp());

    public ValueTask DisposeAsync() => timer?.DisposeAsync() ?? ValueTask.CompletedTask;

    private void Look()
    {
        if (duration is { } limit && time.GetElapsedTime(started) >= limit) End($"open for {limit.TotalSeconds:0.###} s (maxConnectionDuration)");
        else if (idle is { } quiet && time.GetElapsedTime(Volatile.Read(ref active)) >= quiet) End($"no byte for {quiet.TotalSeconds:0.###} s (idleTimeout)");
        else timer?.Change(Next, Timeout.InfiniteTimeSpan);
    }

    private void End(string why)
    {
        Volatile.Write(ref problem, why);
        try
        {
            ended.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended by itself.
        }
    }
}
