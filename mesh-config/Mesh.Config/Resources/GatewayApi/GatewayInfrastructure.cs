using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>What the objects made for a gateway get.</summary>
public sealed record GatewayInfrastructure
{
    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
    public LocalReference? ParametersRef { get; init; }

    internal static Schema<GatewayInfrastructure> Schema { get; } =
        new Schema<GatewayInfrastructure>("GatewayInfrastructure", () => new GatewayInfrastructure())
            .Field("labels", Codecs.Map(Codecs.Text), x => x.Labels, (x, v) => x with { Labels = v })
            .Field("annotations", Codecs.Map(Codecs.Text), x => x.Annotations, (x, v) => x with { Annotations = v })
            .Message("parametersRef", LocalReference.Schema,
                x => x.ParametersRef, (x, v) => x with { ParametersRef = v });
}
