using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>The cookie that is hashed, made when absent.</summary>
public sealed record HashCookie
{
    public string Name { get; init; } = "";
    public string Path { get; init; } = "";
    public TimeSpan? Ttl { get; init; }
    public ImmutableArray<HashCookieField> Attributes { get; init; } = [];

    internal static Schema<HashCookie> Schema { get; } =
        new Schema<HashCookie>("HTTPCookie", () => new HashCookie())
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v }, required: true)
            .Field("path", Codecs.Text, x => x.Path, (x, v) => x with { Path = v })
            .Field("ttl", Codecs.DurationOrZero, x => x.Ttl, (x, v) => x with { Ttl = v })
            .Field("attributes", Codecs.List(HashCookieField.Schema),
                x => x.Attributes, (x, v) => x with { Attributes = v })
            .AcceptSnakeCase();
}
