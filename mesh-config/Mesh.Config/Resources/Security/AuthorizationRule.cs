using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Security;

/// <summary>Matches when one source, one operation and all conditions do; what is absent matches all.</summary>
public sealed record AuthorizationRule
{
    public ImmutableArray<AuthorizationFrom> From { get; init; } = [];
    public ImmutableArray<AuthorizationTo> To { get; init; } = [];
    public ImmutableArray<AuthorizationCondition> When { get; init; } = [];

    internal static Schema<AuthorizationRule> Schema { get; } =
        new Schema<AuthorizationRule>("Rule", () => new AuthorizationRule())
            .Field("from", Codecs.List(AuthorizationFrom.Schema), x => x.From, (x, v) => x with { From = v })
            .Field("to", Codecs.List(AuthorizationTo.Schema), x => x.To, (x, v) => x with { To = v })
            .Field("when", Codecs.List(AuthorizationCondition.Schema), x => x.When, (x, v) => x with { When = v })
            .AcceptSnakeCase();
}
