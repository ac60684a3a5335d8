using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>One attribute of a made cookie.</summary>
public sealed record HashCookieField
{
    public string Name { get; init; } = "";
    public string Value { get; init; } = "";

    internal static Schema<HashCookieField> Schema { get; } =
        new Schema<HashCookieField>("HTTPCookie.Attribute", () => new HashCookieField())
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v }, required: true)
            .Field("value", Codecs.Text, x => x.Value, (x, v) => x with { Value = v })
            .AcceptSnakeCase();
}
