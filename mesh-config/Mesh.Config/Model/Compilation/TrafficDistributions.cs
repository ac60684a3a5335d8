using System.Collections.Immutable;
using Mesh.Config.Resources;

namespace Mesh.Config.Model.Compilation;

/// <summary>Reads traffic distribution and says what it means as failover labels.</summary>
/// <remarks>Source: istio pilot/pkg/model/service.go GetTrafficDistribution; multicluster.md §13.</remarks>
internal static class TrafficDistributions
{
    private static readonly ImmutableArray<string> Zone =
        [TopologyLabels.Network, TopologyLabels.Region, TopologyLabels.Zone];

    private static readonly ImmutableArray<string> Node =
        [TopologyLabels.Network, TopologyLabels.Region, TopologyLabels.Zone, TopologyLabels.SubZone, TopologyLabels.Hostname];

    /// <summary>The field of the Service, else the annotation of the object, else that of its Namespace.</summary>
    /// <param name="field">Empty for objects without the field.</param>
    public static TrafficDistribution Of(string field, ObjectMeta own, ObjectMeta? space)
    {
        // The field has fixed spellings in Kubernetes; an unknown one counts as none, so the annotation decides.
        var byField = field switch
        {
            "PreferClose" or "PreferSameZone" => TrafficDistribution.SameZone,
            "PreferSameNode" => TrafficDistribution.SameNode,
            _ => TrafficDistribution.Any,
        };
        if (byField != TrafficDistribution.Any) return byField;
        if (own.Annotations.TryGetValue(TopologyLabels.TrafficDistribution, out var text)) return Parse(text);
        return space is not null && space.Annotations.TryGetValue(TopologyLabels.TrafficDistribution, out text)
            ? Parse(text)
            : TrafficDistribution.Any;
    }

    /// <summary>Labels in the order in which they decide; empty for no preference.</summary>
    public static ImmutableArray<string> FailoverPriority(TrafficDistribution distribution) => distribution switch
    {
        TrafficDistribution.SameZone => Zone,
        TrafficDistribution.SameNode => Node,
        _ => [],
    };

    private static TrafficDistribution Parse(string text) => text.ToUpperInvariant() switch
    {
        "PREFERCLOSE" or "PREFERSAMEZONE" => TrafficDistribution.SameZone,
        "PREFERSAMENODE" => TrafficDistribution.SameNode,
        _ => TrafficDistribution.Any,
    };
}
