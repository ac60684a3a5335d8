namespace Mesh.DataPlane.Upstreams;

/// <summary>What happened lately at one endpoint of one upstream. Counters are guarded by <see cref="OutlierDetector"/>'s lock of the upstream.</summary>
public sealed class EndpointState
{
    private long since;
    private int active;

    /// <summary>Requests or connections in flight.</summary>
    public int Active => Volatile.Read(ref active);

    /// <summary>Not null while the endpoint is ejected.</summary>
    public DateTimeOffset? EjectedUntil { get; internal set; }

    public bool IsEjected => EjectedUntil is not null;

    /// <summary>Ejections so far, less one for every healthy interval since: the multiplier of the ejection time.</summary>
    public int Ejections { get; internal set; }

    public int Consecutive5xx { get; internal set; }
    public int ConsecutiveGatewayErrors { get; internal set; }
    public int ConsecutiveLocalOriginFailures { get; internal set; }

    internal void StartOver() => Consecutive5xx = ConsecutiveGatewayErrors = ConsecutiveLocalOriginFailures = 0;

    /// <summary>When it was first looked at, from which warming up counts.</summary>
    internal DateTimeOffset Since(TimeProvider time)
    {
        var known = Volatile.Read(ref since);
        if (known == 0)
        {
            var now = time.GetUtcNow().UtcTicks;
            known = Interlocked.CompareExchange(ref since, now, 0);
            if (known == 0) known = now;
        }

        return new DateTimeOffset(known, TimeSpan.Zero);
    }

    /// <summary>It comes back from an ejection and warms up again.</summary>
    internal void BeginAgain() => Volatile.Write(ref since, 0);

    public void Enter() => Interlocked.Increment(ref active);

    public void Leave() => Interlocked.Decrement(ref active);
}
