using System.Diagnostics.Metrics;

namespace Mesh.Gateway.Collection;

/// <summary>Counters of the collector, on the meter <c>Mesh.Gateway.Collection</c>.</summary>
public sealed class CollectionMetrics : IDisposable
{
    private readonly Meter meter = new("Mesh.Gateway.Collection");
    private readonly Counter<long> marked;
    private readonly Counter<long> deleted;
    private int suspended;

    public CollectionMetrics()
    {
        marked = meter.CreateCounter<long>("mesh_registrations_marked_total", description: "Entries set unhealthy for dead agents.");
        deleted = meter.CreateCounter<long>("mesh_registrations_deleted_total", description: "Entries deleted for dead agents.");
        meter.CreateObservableGauge(
            "mesh_registrations_collection_suspended", () => Volatile.Read(ref suspended),
            description: "1 while too many agents vanished together for any to be collected.");
    }

    public bool Suspended
    {
        get => Volatile.Read(ref suspended) != 0;
        set => Volatile.Write(ref suspended, value ? 1 : 0);
    }

    public void Marked() => marked.Add(1);

    public void Deleted() => deleted.Add(1);

    public void Dispose() => meter.Dispose();
}
