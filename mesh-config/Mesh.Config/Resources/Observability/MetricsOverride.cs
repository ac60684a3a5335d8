using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Observability;

/// <summary>Changes to one metric or all of them.</summary>
public sealed record MetricsOverride
{
    public MetricSelector? Match { get; init; }
    public bool? Disabled { get; init; }
    public ImmutableSortedDictionary<string, TagOverride> TagOverrides { get; init; } =
        ImmutableSortedDictionary<string, TagOverride>.Empty;

    internal static Schema<MetricsOverride> Schema { get; } =
        new Schema<MetricsOverride>("MetricsOverrides", () => new MetricsOverride())
            .Message("match", MetricSelector.Schema, x => x.Match, (x, v) => x with { Match = v })
            .Field("disabled", Codecs.Optional(Codecs.Bool), x => x.Disabled, (x, v) => x with { Disabled = v })
            .Field("tagOverrides", Codecs.Map(TagOverride.Schema),
                x => x.TagOverrides, (x, v) => x with { TagOverrides = v })
            .AcceptSnakeCase();
}
