namespace Mesh.DataPlane.Upstreams;

/// <summary>What happened towards one upstream since the process began; thread-safe.</summary>
public sealed class UpstreamCounters
{
    private long tries;
    private long retries;
    private long retryOverflows;
    private long overflows;
    private long ejections;

    /// <summary>Tries in all, the first ones of requests included.</summary>
    public long Tries => Interlocked.Read(ref tries);

    /// <summary>Tries after the first.</summary>
    public long Retries => Interlocked.Read(ref retries);

    /// <summary>Retries that were not made because as many as allowed were under way.</summary>
    public long RetryOverflows => Interlocked.Read(ref retryOverflows);

    /// <summary>Requests refused by a limit.</summary>
    public long Overflows => Interlocked.Read(ref overflows);

    /// <summary>Ejections of endpoints.</summary>
    public long Ejections => Interlocked.Read(ref ejections);

    internal void Tried() => Interlocked.Increment(ref tries);

    internal void Retried() => Interlocked.Increment(ref retries);

    internal void RetryOverflowed() => Interlocked.Increment(ref retryOverflows);

    internal void Overflowed() => Interlocked.Increment(ref overflows);

    internal void Ejected() => Interlocked.Increment(ref ejections);
}
