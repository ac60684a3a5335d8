using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Security;

/// <summary>The external authorizer of a CUSTOM policy.</summary>
public sealed record AuthorizationProvider
{
    public string Name { get; init; } = "";

    internal static Schema<AuthorizationProvider> Schema { get; } =
        new Schema<AuthorizationProvider>("AuthorizationPolicy.ExtensionProvider", () => new AuthorizationProvider())
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v })
            .AcceptSnakeCase();
}
