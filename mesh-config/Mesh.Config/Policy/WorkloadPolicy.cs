using System.Collections.Immutable;
using Mesh.Config.Policy.Compilation;
using Mesh.Config.Resources.MeshWide;
using Mesh.Config.Resources.Security;

namespace Mesh.Config.Policy;

/// <summary>
/// Everything that decides who may talk to one workload: RequestAuthentications, AuthorizationPolicies and
/// PeerAuthentications. Immutable and pure; the data plane executes what it says.
/// </summary>
public sealed class WorkloadPolicy
{
    private static readonly AuthorizationAction[] Order =
        [AuthorizationAction.Custom, AuthorizationAction.Deny, AuthorizationAction.Allow, AuthorizationAction.Audit];

    private readonly ImmutableArray<CompiledPolicy> _policies;
    private readonly PolicySet _enforced;
    private readonly PolicySet _dryRun;
    private readonly JwtRules _jwtRules;
    private readonly Func<int, EffectiveMtls> _mtls;

    internal WorkloadPolicy(
        ImmutableArray<CompiledPolicy> policies, JwtRules jwtRules, PathNormalizationType normalization, Func<int, EffectiveMtls> mtls)
    {
        PathNormalization = normalization;
        JwksUris = jwtRules.Uris;
        ClaimHeaders = jwtRules.OutputNames;
        _policies =
        [
            .. policies.OrderBy(policy => Array.IndexOf(Order, policy.Action))
                .ThenBy(policy => policy.Id, StringComparer.Ordinal),
        ];
        _enforced = new PolicySet([.. _policies.Where(policy => !policy.DryRun)]);
        _dryRun = new PolicySet([.. _policies.Where(policy => policy.DryRun)]);
        _jwtRules = jwtRules;
        _mtls = mtls;
    }

    /// <summary>True when no AuthorizationPolicy applies: <see cref="Authorize"/> then allows everything.</summary>
    public bool HasNoAuthorization => _policies.IsEmpty;

    /// <summary>True when no RequestAuthentication applies: <see cref="Authenticate"/> then lets everything pass.</summary>
    public bool HasNoAuthentication => _jwtRules.IsEmpty;

    /// <summary>
    /// What is done to a path before it is compared. Proxies forward the path that was compared: what the application makes of another one,
    /// nobody has allowed.
    /// </summary>
    public PathNormalizationType PathNormalization { get; }

    /// <summary>Where keys of issuers are to be fetched; those in the configuration itself are not among them.</summary>
    public ImmutableArray<string> JwksUris { get; }

    /// <summary>Headers that tell the application of claims: whatever a client writes there must go before the request goes on.</summary>
    public ImmutableArray<string> ClaimHeaders { get; }

    /// <summary>The AuthorizationPolicies that apply, as <c>ACTION namespace/name</c>, in the order in which they are looked at.</summary>
    public ImmutableArray<string> AuthorizationPolicies =>
    [
        .. _policies.Select(policy => $"{policy.Action.ToString().ToUpperInvariant()} {policy.Id}{(policy.DryRun ? " (dry-run)" : "")}"),
    ];

    /// <summary>First step for an HTTP request: are the tokens in it, if any, valid?</summary>
    public AuthenticationResult Authenticate(PolicyRequest request, IJwtValidator validator)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(validator);
        return _jwtRules.Evaluate(request, validator);
    }

    /// <summary>Second step, also for TCP connections: may it go on? Claims of <see cref="Authenticate"/> belong into the request.</summary>
    public PolicyVerdict Authorize(PolicyRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var verdict = _enforced.Evaluate(request);
        return _dryRun.IsEmpty ? verdict : verdict with { DryRun = _dryRun.Evaluate(request) };
    }

    /// <summary>
    /// Every rule of every policy that applies, in the order of evaluation, with why it matches or does not. For people and tools; the verdict is
    /// <see cref="Authorize"/>'s.
    /// </summary>
    public ImmutableArray<PolicyStep> Explain(PolicyRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return [.. _policies.SelectMany(policy => Explain(policy, request))];
    }

    /// <summary>Effective mode of a workload port.</summary>
    public EffectiveMtls Mtls(int workloadPort) => _mtls(workloadPort);

    private static IEnumerable<PolicyStep> Explain(CompiledPolicy policy, PolicyRequest request)
    {
        if (policy.Rules.IsEmpty)
            return [new PolicyStep(policy.Id, policy.Action, -1, policy.DryRun, Matched: false, "it has no rules, so nothing matches it")];
        return policy.Rules.Select(rule => new PolicyStep(
            policy.Id, policy.Action, rule.Index, policy.DryRun, rule.Matches(request), rule.Explain(request)));
    }
}
