using Mesh.Hosting.Metrics;

namespace Mesh.Gateway.Collection;

/// <summary>Counters of the collector.</summary>
public sealed class CollectionMetrics : IMetricSource
{
    private long marked;
    private long deleted;
    private int suspended;

    public bool Suspended
    {
        get => Volatile.Read(ref suspended) != 0;
        set => Volatile.Write(ref suspended, value ? 1 : 0);
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
    }
}
