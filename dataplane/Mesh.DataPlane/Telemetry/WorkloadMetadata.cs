using System.Collections.Immutable;

namespace Mesh.DataPlane.Telemetry;

/// <summary>What proxies of the mesh tell of a workload. Empty text means not known.</summary>
/// <remarks>Source: istio/proxy extensions/common/metadata_object; Istio, "Standard Metrics".</remarks>
public sealed record WorkloadMetadata
{
    private const string Latest = "latest";

    /// <summary>Of a peer nobody knows anything of.</summary>
    public static WorkloadMetadata None { get; } = new();

    /// <summary>Name of the Pod or machine.</summary>
    public string Instance { get; init; } = "";

    /// <summary>Name of the Deployment, or whatever else several instances have in common.</summary>
    public string Workload { get; init; } = "";

    public string Namespace { get; init; } = "";
    public string Cluster { get; init; } = "";
    public string App { get; init; } = "";
    public string Version { get; init; } = "";
    public string CanonicalService { get; init; } = "";
    public string CanonicalRevision { get; init; } = "";

    /// <summary>Reads what labels say, by Istio's rules.</summary>
    /// <param name="instance">Name of the Pod or WorkloadEntry.</param>
    /// <param name="workload">Empty: derived from the labels and the instance's name.</param>
    public static WorkloadMetadata Of(
        string instance, string space, string cluster, ImmutableSortedDictionary<string, string> labels, string workload = "")
    {
        ArgumentNullException.ThrowIfNull(labels);
        var name = First(labels, "service.istio.io/workload-name") is { Length: > 0 } named ? named
            : workload.Length > 0 ? workload : WorkloadName(instance, labels);
        var canonical = First(labels, "service.istio.io/canonical-name", "app.kubernetes.io/name", "app");
        var revision = First(labels, "service.istio.io/canonical-revision", "app.kubernetes.io/version", "version");
        return new WorkloadMetadata
        {
            Instance = instance,
            Workload = name,
            Namespace = space,
            Cluster = cluster,
            App = First(labels, "app"),
            Version = First(labels, "version"),
            CanonicalService = canonical.Length > 0 ? canonical : name,
            CanonicalRevision = revision.Length > 0 ? revision : Latest,
        };
    }

    /// <summary>Two instances of one workload are the same to metrics.</summary>
    public WorkloadMetadata WithoutInstance() => Instance.Length == 0 ? this : this with { Instance = "" };

    /// <summary>Pods of a Deployment are called <c>NAME-HASH-RANDOM</c>, those of a StatefulSet <c>NAME-NUMBER</c>.</summary>
    private static string WorkloadName(string instance, ImmutableSortedDictionary<string, string> labels)
    {
        if (labels.TryGetValue("pod-template-hash", out var hash))
        {
            var end = instance.LastIndexOf($"-{hash}-", StringComparison.Ordinal);
            if (end > 0) return instance[..end];
        }

        if (labels.ContainsKey("statefulset.kubernetes.io/pod-name") && instance.LastIndexOf('-') is > 0 and var dash)
            return instance[..dash];
        return instance;
    }

    private static string First(ImmutableSortedDictionary<string, string> labels, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (labels.TryGetValue(name, out var value) && value.Length > 0) return value;
        return "";
    }
}
