using Mesh.Hosting.Metrics;

namespace Mesh.Gateway.Collection;

/// <summary>Counters of the collector.</summary>
public sealed class CollectionMetrics : IMetricSource
{
    private long marked;
    private long deleted;
    private int suspended;
    private int leasesUnread;
    private int leads;

    /// <summary>Some collector has stopped for now.</summary>
    public bool Suspended => Volatile.Read(ref suspended) > 0;

    /// <summary>One more collector stops, or goes on again.</summary>
    public void Suspend(bool stop)
    {
        if (stop) Interlocked.Increment(ref suspended);
        else Interlocked.Decrement(ref suspended);
    }

    /// <summary>False: the signs of life of machines cannot be read, so none of them ages.</summary>
    public bool LeasesRead
    {
        get => Volatile.Read(ref leasesUnread) == 0;
        set => Volatile.Write(ref leasesUnread, value ? 0 : 1);
    }

    /// <summary>True while this gateway is the one that cleans up in an API server.</summary>
    public bool Leads
    {
        get => Volatile.Read(ref leads) != 0;
        set => Volatile.Write(ref leads, value ? 1 : 0);
    }

    public void Marked() => Interlocked.Increment(ref marked);

    public void Deleted() => Interlocked.Increment(ref deleted);

    public void Write(MetricsText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text.Value("mesh_registrations_marked_total", "counter", "Entries set unhealthy for dead agents.", Interlocked.Read(ref marked));
        text.Value("mesh_registrations_deleted_total", "counter", "Entries deleted for dead agents.", Interlocked.Read(ref deleted));
        text.Value("mesh_registrations_collection_suspended", "gauge",
            "1 while too many agents vanished together for any to be collected.", Suspended ? 1 : 0);
        text.Value("mesh_registrations_leases_unread", "gauge",
            "1 while the Leases of machines cannot be read; none of them ages meanwhile.", LeasesRead ? 0 : 1);
        text.Value("mesh_registrations_leader", "gauge", "1 while this gateway cleans up by Leases in an API server.", Leads ? 1 : 0);
    }
}
