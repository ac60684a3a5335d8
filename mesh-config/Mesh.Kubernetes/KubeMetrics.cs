using System.Diagnostics.Metrics;

namespace Mesh.Kubernetes;

/// <summary>What watching costs and how it fares; the meter is <c>Mesh.Kubernetes</c>.</summary>
public static class KubeMetrics
{
    public const string MeterName = "Mesh.Kubernetes";

    private static readonly Meter Meter = new(MeterName);

    internal static Counter<long> Lists { get; } = Meter.CreateCounter<long>("mesh.kubernetes.lists", description: "Lists begun.");

    internal static Counter<long> Watches { get; } = Meter.CreateCounter<long>("mesh.kubernetes.watches", description: "Watches begun.");

    internal static Counter<long> Events { get; } = Meter.CreateCounter<long>("mesh.kubernetes.events", description: "Events taken over.");

    internal static Counter<long> Relists { get; } =
        Meter.CreateCounter<long>("mesh.kubernetes.relists", description: "Lists made because the server had forgotten the place to go on from.");

    internal static Counter<long> Failures { get; } =
        Meter.CreateCounter<long>("mesh.kubernetes.failures", description: "Lists and watches that failed.");

    internal static UpDownCounter<long> DeniedKinds { get; } =
        Meter.CreateUpDownCounter<long>("mesh.kubernetes.denied_kinds", description: "Kinds that an API server does not let us read.");

    internal static UpDownCounter<long> StaleClusters { get; } =
        Meter.CreateUpDownCounter<long>("mesh.kubernetes.stale_clusters", description: "Clusters whose last known objects are served though their API server is not heard.");
}
