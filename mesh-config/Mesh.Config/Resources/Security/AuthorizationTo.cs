using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Security;

/// <summary>One operation of a rule.</summary>
public sealed record AuthorizationTo
{
    public AuthorizationOperation? Operation { get; init; }

    internal static Schema<AuthorizationTo> Schema { get; } =
        new Schema<AuthorizationTo>("Rule.To", () => new AuthorizationTo())
            .Message("operation", AuthorizationOperation.Schema, x => x.Operation, (x, v) => x with { Operation = v })
            .AcceptSnakeCase();
}
