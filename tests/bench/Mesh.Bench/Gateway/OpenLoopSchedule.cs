namespace Mesh.Bench.Gateway;

/// <summary>
/// When each call of a constant rate is due. Calls are not put off while answers are late: a client that waits for an answer before it asks
/// again leaves out just the calls that would have waited.
/// </summary>
/// <param name="PerSecond">Calls per second; above 0.</param>
internal readonly record struct OpenLoopSchedule(double PerSecond)
{
    /// <summary>How many calls are due by <paramref name="elapsed"/> since the start; the first one at the start itself.</summary>
    public long DueBy(TimeSpan elapsed) => elapsed < TimeSpan.Zero ? 0 : (long)Math.Floor(elapsed.TotalSeconds * PerSecond) + 1;

    /// <param name="index">Counted from 0.</param>
    /// <returns>Time since the start.</returns>
    public TimeSpan At(long index) => TimeSpan.FromSeconds(index / PerSecond);
}
