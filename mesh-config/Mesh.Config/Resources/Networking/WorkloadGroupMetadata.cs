using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Metadata that WorkloadEntries of a group get.</summary>
public sealed record WorkloadGroupMetadata
{
    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    internal static Schema<WorkloadGroupMetadata> Schema { get; } =
        new Schema<WorkloadGroupMetadata>("WorkloadGroup.ObjectMeta", () => new WorkloadGroupMetadata())
            .Field("labels", Codecs.Map(Codecs.Text), x => x.Labels, (x, v) => x with { Labels = v })
            .Field("annotations", Codecs.Map(Codecs.Text), x => x.Annotations, (x, v) => x with { Annotations = v })
            .AcceptSnakeCase();
}
