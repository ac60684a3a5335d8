using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Security;

/// <summary>One source of a rule.</summary>
public sealed record AuthorizationFrom
{
    public AuthorizationSource? Source { get; init; }

    internal static Schema<AuthorizationFrom> Schema { get; } =
        new Schema<AuthorizationFrom>("Rule.From", () => new AuthorizationFrom())
            .Message("source", AuthorizationSource.Schema, x => x.Source, (x, v) => x with { Source = v })
            .AcceptSnakeCase();
}
