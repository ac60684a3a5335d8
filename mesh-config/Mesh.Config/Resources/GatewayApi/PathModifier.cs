using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>A new path, whole or instead of the matched prefix.</summary>
public sealed record PathModifier
{
    public PathModifierType Type { get; init; }
    public string? ReplaceFullPath { get; init; }
    public string? ReplacePrefixMatch { get; init; }

    internal static Schema<PathModifier> Schema { get; } =
        new Schema<PathModifier>("HTTPPathModifier", () => new PathModifier())
            .Field("type", Codecs.Names<PathModifierType>(), x => x.Type, (x, v) => x with { Type = v }, required: true)
            .Field("replaceFullPath", Codecs.OptionalText,
                x => x.ReplaceFullPath, (x, v) => x with { ReplaceFullPath = v })
            .Field("replacePrefixMatch", Codecs.OptionalText,
                x => x.ReplacePrefixMatch, (x, v) => x with { ReplacePrefixMatch = v });
}
