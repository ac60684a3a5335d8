using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Security;

/// <summary>Who may do what with some workloads.</summary>
public sealed record AuthorizationPolicySpec
{
    public PolicySelector? Selector { get; init; }
    public PolicyTargetReference? TargetRef { get; init; }
    public ImmutableArray<PolicyTargetReference> TargetRefs { get; init; } = [];

    /// <summary>Any one that matches; ALLOW without rules allows nothing.</summary>
    public ImmutableArray<AuthorizationRule> Rules { get; init; } = [];

    public AuthorizationAction Action { get; init; }
    public AuthorizationProvider? Provider { get; init; }

    internal static Schema<AuthorizationPolicySpec> Schema { get; } =
        new Schema<AuthorizationPolicySpec>("AuthorizationPolicy", () => new AuthorizationPolicySpec())
            .Message("selector", PolicySelector.Schema, x => x.Selector, (x, v) => x with { Selector = v })
            .Message("targetRef", PolicyTargetReference.Schema, x => x.TargetRef, (x, v) => x with { TargetRef = v })
            .Field("targetRefs", Codecs.List(PolicyTargetReference.Schema),
                x => x.TargetRefs, (x, v) => x with { TargetRefs = v })
            .Field("rules", Codecs.List(AuthorizationRule.Schema), x => x.Rules, (x, v) => x with { Rules = v })
            .Field("action", Codecs.Enum<AuthorizationAction>(), x => x.Action, (x, v) => x with { Action = v })
            .Message("provider", AuthorizationProvider.Schema, x => x.Provider, (x, v) => x with { Provider = v })
            .AcceptSnakeCase();
}
