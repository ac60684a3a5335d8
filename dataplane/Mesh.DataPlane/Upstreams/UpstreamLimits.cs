namespace Mesh.DataPlane.Upstreams;

/// <summary>
/// The circuit breakers of one upstream that are about connections: how many are open to all its endpoints together, and how many
/// requests wait for one.
/// </summary>
/// <remarks>Source: Envoy, "Circuit breaking": max_connections and max_pending_requests.</remarks>
internal sealed class UpstreamLimits
{
    private int connections;
    private int pending;

    /// <summary>Open or opening.</summary>
    public int Connections => Volatile.Read(ref connections);

    /// <summary>Requests that wait for a connection.</summary>
    public int Pending => Volatile.Read(ref pending);

    /// <param name="limit">Null: unlimited.</param>
    /// <param name="isFirst">An endpoint without any connection gets one in any case, or what waits for it would wait for ever.</param>
    public bool TryOpen(int? limit, bool isFirst)
    {
        if (Interlocked.Increment(ref connections) <= (limit ?? int.MaxValue) || isFirst) return true;
        Interlocked.Decrement(ref connections);
        return false;
    }

    public void Closed() => Interlocked.Decrement(ref connections);

    /// <summary>False when <paramref name="limit"/> requests wait already.</summary>
    public bool TryWait(int? limit)
    {
        if (Interlocked.Increment(ref pending) <= (limit ?? int.MaxValue)) return true;
        Interlocked.Decrement(ref pending);
        return false;
    }

    public void Waited() => Interlocked.Decrement(ref pending);
}
