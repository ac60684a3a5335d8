using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Selects workloads by labels.</summary>
public sealed record WorkloadSelector
{
    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    internal static Schema<WorkloadSelector> Schema { get; } =
        new Schema<WorkloadSelector>("WorkloadSelector", () => new WorkloadSelector())
            .Field("labels", Codecs.Map(Codecs.Text), x => x.Labels, (x, v) => x with { Labels = v })
            .AcceptSnakeCase();
}
