using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>Condition on the path; a prefix counts in whole segments.</summary>
public sealed record PathMatch
{
    public PathMatchType Type { get; init; }

    /// <summary>Absent means <c>/</c>.</summary>
    public string? Value { get; init; }

    internal static Schema<PathMatch> Schema { get; } =
        new Schema<PathMatch>("HTTPPathMatch", () => new PathMatch())
            .Field("type", Codecs.Names<PathMatchType>(), x => x.Type, (x, v) => x with { Type = v })
            .Field("value", Codecs.OptionalText, x => x.Value, (x, v) => x with { Value = v });
}
