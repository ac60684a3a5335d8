using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Security;

/// <summary>Which JSON Web Tokens are valid for some workloads.</summary>
public sealed record RequestAuthenticationSpec
{
    public PolicySelector? Selector { get; init; }
    public PolicyTargetReference? TargetRef { get; init; }
    public ImmutableArray<PolicyTargetReference> TargetRefs { get; init; } = [];
    public ImmutableArray<JwtRule> JwtRules { get; init; } = [];

    internal static Schema<RequestAuthenticationSpec> Schema { get; } =
        new Schema<RequestAuthenticationSpec>("RequestAuthentication", () => new RequestAuthenticationSpec())
            .Message("selector", PolicySelector.Schema, x => x.Selector, (x, v) => x with { Selector = v })
            .Message("targetRef", PolicyTargetReference.Schema, x => x.TargetRef, (x, v) => x with { TargetRef = v })
            .Field("targetRefs", Codecs.List(PolicyTargetReference.Schema),
                x => x.TargetRefs, (x, v) => x with { TargetRefs = v })
            .Field("jwtRules", Codecs.List(JwtRule.Schema), x => x.JwtRules, (x, v) => x with { JwtRules = v })
            .AcceptSnakeCase();
}
