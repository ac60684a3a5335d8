namespace Mesh.Payments.Faults.Load;

/// <summary>When clients got their acknowledgements; thread-safe.</summary>
public sealed class AckClock
{
    private readonly Lock gate = new();
    private readonly List<long> times = [];

    /// <summary>How many there were.</summary>
    public int Count
    {
        get { lock (gate) return times.Count; }
    }

    public void Tick()
    {
        lock (gate) times.Add(TimeProvider.System.GetTimestamp());
    }

    /// <summary>The longest time without an acknowledgement that touches the time from <paramref name="since"/> on; it ends at the last one.</summary>
    /// <param name="since">A timestamp of the system's TimeProvider.</param>
    public TimeSpan LongestGap(long since)
    {
        lock (gate)
        {
            var first = times.FindIndex(time => time >= since);
            if (first < 0) return TimeSpan.Zero;
            var longest = TimeSpan.Zero;
            for (var i = Math.Max(first, 1); i < times.Count; i++)
            {
                var gap = TimeProvider.System.GetElapsedTime(times[i - 1], times[i]);
                if (gap > longest) longest = gap;
            }

            return longest;
        }
    }
}
