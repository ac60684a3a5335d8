namespace Mesh.Bench.Model;

/// <summary>
/// A clock whose timers fire when told, on the caller's thread: what is measured is the work, not the waiting, and its
/// allocations are counted.
/// </summary>
internal sealed class StepClock : TimeProvider
{
    private readonly List<StepTimer> _timers = [];
    private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

    public override DateTimeOffset GetUtcNow() => _now;

    /// <summary>Fires every timer that is set.</summary>
    public void Fire()
    {
        _now += TimeSpan.FromSeconds(1);
        foreach (var timer in _timers) timer.FireIfSet();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new StepTimer(callback, state);
        timer.Change(dueTime, period);
        _timers.Add(timer);
        return timer;
    }

    private sealed class StepTimer(TimerCallback callback, object? state) : ITimer
    {
        private bool _set;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _set = dueTime != Timeout.InfiniteTimeSpan;
            return true;
        }

        public void FireIfSet()
        {
            if (!_set) return;
            _set = false;
            callback(state);
        }

        public void Dispose() => _set = false;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
