using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>Who may refer to what.</summary>
public sealed record ReferenceGrantSpec
{
    public ImmutableArray<ReferenceGrantFrom> From { get; init; } = [];
    public ImmutableArray<ReferenceGrantTo> To { get; init; } = [];

    internal static Schema<ReferenceGrantSpec> Schema { get; } =
        new Schema<ReferenceGrantSpec>("ReferenceGrantSpec", () => new ReferenceGrantSpec())
            .Field("from", Codecs.List(ReferenceGrantFrom.Schema), x => x.From, (x, v) => x with { From = v })
            .Field("to", Codecs.List(ReferenceGrantTo.Schema), x => x.To, (x, v) => x with { To = v });
}
