using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Replaces what a regular expression matches.</summary>
public sealed record RegexRewrite
{
    public string Match { get; init; } = "";
    public string Rewrite { get; init; } = "";

    internal static Schema<RegexRewrite> Schema { get; } =
        new Schema<RegexRewrite>("RegexRewrite", () => new RegexRewrite())
            .Field("match", Codecs.Text, x => x.Match, (x, v) => x with { Match = v }, required: true)
            .Field("rewrite", Codecs.Text, x => x.Rewrite, (x, v) => x with { Rewrite = v }, required: true)
            .AcceptSnakeCase();
}
