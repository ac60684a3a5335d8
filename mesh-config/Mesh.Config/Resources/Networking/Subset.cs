using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Endpoints of a host chosen by labels.</summary>
public sealed record Subset
{
    public string Name { get; init; } = "";
    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
    public TrafficPolicySpec? TrafficPolicy { get; init; }

    internal static Schema<Subset> Schema { get; } =
        new Schema<Subset>("Subset", () => new Subset())
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v }, required: true)
            .Field("labels", Codecs.Map(Codecs.Text), x => x.Labels, (x, v) => x with { Labels = v })
            .Message("trafficPolicy", TrafficPolicySpec.Schema,
                x => x.TrafficPolicy, (x, v) => x with { TrafficPolicy = v })
            .AcceptSnakeCase();
}
