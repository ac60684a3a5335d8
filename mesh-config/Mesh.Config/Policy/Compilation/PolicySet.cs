using System.Collections.Immutable;
using Mesh.Config.Resources.Security;

namespace Mesh.Config.Policy.Compilation;

/// <summary>Policies that are evaluated together: the enforced ones, or the dry-run ones.</summary>
/// <remarks>Source: Istio, "Authorization", implicit enablement and the order CUSTOM, DENY, ALLOW.</remarks>
internal sealed class PolicySet
{
    private readonly ImmutableArray<(CompiledPolicy Policy, CompiledRule Rule)> _custom;
    private readonly ImmutableArray<(CompiledPolicy Policy, CompiledRule Rule)> _deny;
    private readonly ImmutableArray<(CompiledPolicy Policy, CompiledRule Rule)> _allow;
    private readonly ImmutableArray<(CompiledPolicy Policy, CompiledRule Rule)> _audit;
    private readonly string[] _providers;
    private readonly bool _hasAllowPolicy;

    public PolicySet(ImmutableArray<CompiledPolicy> policies)
    {
        _custom = Rules(policies, AuthorizationAction.Custom);
        _deny = Rules(policies, AuthorizationAction.Deny);
        _allow = Rules(policies, AuthorizationAction.Allow);
        _audit = Rules(policies, AuthorizationAction.Audit);
        _hasAllowPolicy = policies.Any(policy => policy.Action == AuthorizationAction.Allow);
        _providers = [.. policies.Where(policy => policy.Action == AuthorizationAction.Custom)
            .Select(policy => policy.Provider).Distinct(StringComparer.Ordinal)];
        IsEmpty = policies.IsEmpty;
    }

    public bool IsEmpty { get; }

    public PolicyVerdict Evaluate(PolicyRequest request)
    {
        if (IsEmpty) return PolicyVerdict.NothingApplies;
        var audited = Audit(request);
        string? provider = null;
        if (Find(_custom, request) is { } custom)
        {
            // Istio's own limit: it has room for one authorizer and refuses what would have gone to any.
            if (_providers.Length > 1)
                return Denied(custom.Rule.Name, $"CUSTOM policies of this workload name several providers ({string.Join(", ", _providers)}); one is possible", audited);
            provider = custom.Policy.Provider;
        }

        if (Find(_deny, request) is { } denied)
            return Denied(denied.Rule.Name, $"DENY policy {denied.Policy.Id} rule {denied.Rule.Index} matches", audited) with { Provider = provider };
        if (!_hasAllowPolicy) return PolicyVerdict.NothingApplies with { Provider = provider, Audited = audited };
        if (Find(_allow, request) is { } allowed)
            return new PolicyVerdict
            {
                Allowed = true,
                Reason = $"ALLOW policy {allowed.Policy.Id} rule {allowed.Rule.Index} matches",
                MatchedPolicy = allowed.Rule.Name,
                Provider = provider,
                Audited = audited,
            };
        return Denied("none", "ALLOW policies apply to this workload and no rule of theirs matches", audited) with { Provider = provider };
    }

    private static PolicyVerdict Denied(string name, string reason, ImmutableArray<string> audited) =>
        new() { Allowed = false, MatchedPolicy = name, Reason = reason, Audited = audited };

    private static (CompiledPolicy Policy, CompiledRule Rule)? Find(
        ImmutableArray<(CompiledPolicy Policy, CompiledRule Rule)> rules, PolicyRequest request)
    {
        foreach (var candidate in rules)
            if (candidate.Rule.Matches(request))
                return candidate;
        return null;
    }

    private ImmutableArray<string> Audit(PolicyRequest request) => _audit.IsEmpty
        ? []
        : [.. _audit.Where(candidate => candidate.Rule.Matches(request)).Select(candidate => candidate.Rule.Name)];

    /// <summary>In the order of names: of several rules that match Envoy reports the first of these.</summary>
    private static ImmutableArray<(CompiledPolicy Policy, CompiledRule Rule)> Rules(
        ImmutableArray<CompiledPolicy> policies, AuthorizationAction action) =>
    [
        .. policies.Where(policy => policy.Action == action)
            .SelectMany(policy => policy.Rules.Select(rule => (policy, rule)))
            .OrderBy(candidate => candidate.rule.Name, StringComparer.Ordinal),
    ];
}
