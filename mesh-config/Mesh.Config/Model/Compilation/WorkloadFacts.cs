using System.Collections.Immutable;
using System.Globalization;
using Mesh.Config.Model.Incremental;
using Mesh.Config.Resources.Core;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Model.Compilation;

/// <summary>Network, locality, health and mTLS ability of Pods and WorkloadEntries.</summary>
/// <remarks>Source: multicluster.md §2, §8 and §11 in the design notes.</remarks>
internal sealed class WorkloadFacts(MeshReader index)
{
    /// <summary>The label on the root namespace of the cluster, or empty.</summary>
    public string NetworkOfCluster(string cluster) => index.Fact("network", cluster, reader =>
        reader.Find<Namespace>(cluster, "", reader.Options.RootNamespace)
            ?.Metadata.Labels.GetValueOrDefault(TopologyLabels.Network) ?? "");

    public string NetworkOf(string cluster, ImmutableSortedDictionary<string, string> labels) =>
        labels.TryGetValue(TopologyLabels.Network, out var label) && label.Length > 0 ? label : NetworkOfCluster(cluster);

    public string NetworkOf(string cluster, WorkloadEntrySpec entry) =>
        entry.Network.Length > 0 ? entry.Network : NetworkOf(cluster, entry.Labels);

    /// <summary>For a workload without any label: by the networks of the mesh's settings, of which the first counts.</summary>
    public IEnumerable<string> NetworksBySettings(string cluster, string address) => NetworkRanges.Of(index).Find(cluster, address);

    public Locality LocalityOf(string cluster, ImmutableSortedDictionary<string, string> labels, string nodeName, string zone)
    {
        if (LocalityLabel(labels) is { } labelled) return labelled;
        if (nodeName.Length > 0 && index.Find<Node>(cluster, "", nodeName) is { } node) return LocalityOf(node);
        return zone.Length == 0 ? Locality.Unknown : LocalityOfZone(cluster, zone);
    }

    public static Locality LocalityOf(WorkloadEntrySpec entry) =>
        entry.Locality.Length > 0 ? Locality.Parse(entry.Locality) : LocalityLabel(entry.Labels) ?? Locality.Unknown;

    public static bool AcceptsMtls(ImmutableSortedDictionary<string, string> labels) =>
        labels.GetValueOrDefault(TopologyLabels.TlsMode) == "istio";

    /// <summary>The label decides; without it a service account means that a proxy is there.</summary>
    public static bool AcceptsMtls(WorkloadEntrySpec entry) =>
        entry.Labels.TryGetValue(TopologyLabels.TlsMode, out var mode) ? mode == "istio" : entry.ServiceAccount.Length > 0;

    /// <summary>
    /// False when health checks are on for the entry and it has not been reported healthy: it is then no endpoint at all.
    /// </summary>
    public static bool IsServing(WorkloadEntry entry)
    {
        if (!entry.Metadata.Annotations.TryGetValue(TopologyLabels.HealthChecksEnabled, out var text)
            || !bool.TryParse(text, out var enabled) || !enabled)
            return true;
        foreach (var condition in entry.Status?.Conditions ?? [])
            if (condition.Type == TopologyLabels.HealthyCondition)
                return condition.Status.Equals("True", StringComparison.OrdinalIgnoreCase);
        return false;
    }

    /// <summary>Number behind a target port of a Pod: itself, or the container port of that name; null when there is none.</summary>
    public static int? ResolveTargetPort(string targetPort, int servicePort, Pod pod)
    {
        if (targetPort.Length == 0) return servicePort;
        if (int.TryParse(targetPort, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return number == 0 ? servicePort : number;
        foreach (var container in pod.Spec.Containers)
            foreach (var port in container.Ports)
                if (port.Name == targetPort)
                    return port.Port;
        return null;
    }

    /// <summary>Zone of a Node.</summary>
    public static string ZoneOf(ImmutableSortedDictionary<string, string> labels) =>
        labels.GetValueOrDefault(TopologyLabels.Zone) ?? labels.GetValueOrDefault(TopologyLabels.OldZone) ?? "";

    /// <summary>Labels of the spec; those of the metadata count too where the spec is silent, as istiod merges them.</summary>
    public static ImmutableSortedDictionary<string, string> LabelsOf(WorkloadEntry entry) =>
        entry.Metadata.Labels.IsEmpty ? entry.Spec.Labels : entry.Metadata.Labels.SetItems(entry.Spec.Labels);

    private static Locality? LocalityLabel(ImmutableSortedDictionary<string, string> labels)
    {
        var text = labels.GetValueOrDefault(TopologyLabels.OldLocality)
                   ?? labels.GetValueOrDefault(TopologyLabels.Locality);
        if (string.IsNullOrEmpty(text)) return null;
        // Slashes are not allowed in label values; dots stand in for them.
        return Locality.Parse(text.Contains('/', StringComparison.Ordinal) ? text : text.Replace('.', '/'));
    }

    private static Locality LocalityOf(Node node)
    {
        var labels = node.Metadata.Labels;
        var region = labels.GetValueOrDefault(TopologyLabels.Region) ?? labels.GetValueOrDefault(TopologyLabels.OldRegion) ?? "";
        return new Locality(region, ZoneOf(labels), labels.GetValueOrDefault(TopologyLabels.SubZone) ?? "");
    }

    /// <summary>A zone alone, as an EndpointSlice gives it: its region is that of a Node in it, else AWS's naming tells.</summary>
    private Locality LocalityOfZone(string cluster, string zone)
    {
        var locality = index.WithKey<Node>(cluster, "", IndexKeys.Zone(zone))
            .Select(entry => LocalityOf(entry.Object))
            .FirstOrDefault();
        if (locality.IsUnknown && zone.Length > 2 && char.IsAsciiDigit(zone[^2]) && char.IsAsciiLetterLower(zone[^1]))
            return new Locality(zone[..^1], zone);
        return new Locality(locality.Region ?? "", locality.Zone ?? "");
    }
}
