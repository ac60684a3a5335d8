using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Core;

/// <summary>Whose callers should prefer an endpoint.</summary>
public sealed record SliceHints
{
    public ImmutableArray<SliceHint> ForZones { get; init; } = [];
    public ImmutableArray<SliceHint> ForNodes { get; init; } = [];

    internal static Schema<SliceHints> Schema { get; } =
        new Schema<SliceHints>("EndpointHints", () => new SliceHints())
            .Field("forZones", Codecs.List(SliceHint.Schema), x => x.ForZones, (x, v) => x with { ForZones = v })
            .Field("forNodes", Codecs.List(SliceHint.Schema), x => x.ForNodes, (x, v) => x with { ForNodes = v });
}
