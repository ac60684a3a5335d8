namespace Mesh.Kubernetes.Tests.Simulation;

/// <summary>
/// A clock that moves only when told, from timer to timer, each at its own time and on the caller's thread. What clocks on walls show may be
/// set apart from it.
/// </summary>
internal sealed class SimulatedTime : TimeProvider
{
    private static readonly DateTimeOffset _start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Lock _lock = new();
    private readonly List<Timer> _timers = [];
    private TimeSpan _wall;

    /// <summary>Since the start.</summary>
    public TimeSpan Now { get; private set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock) return _start + Now + _wall;
    }

    public override long GetTimestamp()
    {
        lock (_lock) return Now.Ticks;
    }

    /// <summary>Somebody sets the clock; timers do not go by it.</summary>
    public void Set(TimeSpan by)
    {
        lock (_lock) _wall += by;
    }

    /// <summary>Moves to the next timer that is due until then and fires all of that moment; without any, to then.</summary>
    /// <returns>False when then is reached.</returns>
    public bool Step(TimeSpan until)
    {
        List<Timer> due;
        lock (_lock)
        {
            var first = _timers.Where(timer => timer.Due <= until).MinBy(timer => timer.Due);
            Now = first?.Due ?? until;
            if (first is null) return false;
            due = [.. _timers.Where(timer => timer.Due <= Now)];
            _timers.RemoveAll(due.Contains);
        }

        foreach (var timer in due) timer.Fire();
        return true;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(SimulatedTime clock, TimerCallback callback, object? state) : ITimer
    {
        public TimeSpan Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                clock._timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan) return true;
                Due = clock.Now + dueTime;
                clock._timers.Add(this);
                return true;
            }
        }

        public void Fire() => callback(state);

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
