using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Security;

/// <summary>A header that carries the token.</summary>
public sealed record JwtHeader
{
    public string Name { get; init; } = "";
    public string Prefix { get; init; } = "";

    internal static Schema<JwtHeader> Schema { get; } =
        new Schema<JwtHeader>("JWTHeader", () => new JwtHeader())
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v }, required: true)
            .Field("prefix", Codecs.Text, x => x.Prefix, (x, v) => x with { Prefix = v })
            .AcceptSnakeCase();
}
