using Mesh.Config.Resources.Validation;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>One condition on a string; empty means that it is present.</summary>
public sealed record StringMatch
{
    public string? Exact { get; init; }
    public string? Prefix { get; init; }
    public string? Regex { get; init; }

    internal static Schema<StringMatch> Schema { get; } =
        new Schema<StringMatch>("StringMatch", () => new StringMatch())
            .Field("exact", Codecs.OptionalText, x => x.Exact, (x, v) => x with { Exact = v })
            .Field("prefix", Codecs.OptionalText, x => x.Prefix, (x, v) => x with { Prefix = v })
            .Field("regex", Codecs.OptionalText, x => x.Regex, (x, v) => x with { Regex = v })
            .OneOf("exact", "prefix", "regex")
            .AcceptSnakeCase()
            .Check(HttpRouteRules.StringMatch);
}
