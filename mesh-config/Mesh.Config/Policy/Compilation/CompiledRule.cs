using System.Collections.Immutable;
using System.Globalization;
using Mesh.Config.Resources.Security;

namespace Mesh.Config.Policy.Compilation;

/// <summary>One rule of an AuthorizationPolicy, ready to be evaluated.</summary>
/// <remarks>
/// Source: istio pilot/pkg/security/authz/model/model.go. What cannot be known or understood makes a rule that allows
/// match nothing, and is left out of all others, which then match more: either way less is let through.
/// </remarks>
internal sealed class CompiledRule
{
    private const string HttpOnTcp = "it has conditions on HTTP and this is a TCP connection, so it allows nothing";
    private readonly AuthorizationAction _action;
    private readonly ImmutableArray<ImmutableArray<PolicyCondition>> _from;
    private readonly ImmutableArray<ImmutableArray<PolicyCondition>> _to;
    private readonly ImmutableArray<PolicyCondition> _when;
    private readonly bool _http;
    private string _problem = "";

    public CompiledRule(AuthorizationAction action, string policyNamespace, string policyName, int index, PolicyRuleText text, PolicyContext context)
    {
        _action = action;
        Index = index;
        Name = NameOf(policyNamespace, policyName, index);
        _from = [.. text.From.Select(source => Compile(source, context))];
        _to = [.. text.To.Select(operation => Compile(operation, context))];
        _when = Compile(text.When, context);
        _http = _from.Concat(_to).SelectMany(conditions => conditions).Concat(_when).Any(condition => condition.HttpOnly);
    }

    public int Index { get; }

    /// <summary>As Envoy's logs have it.</summary>
    public string Name { get; }

    public static string NameOf(string policyNamespace, string policyName, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"ns[{policyNamespace}]-policy[{policyName}]-rule[{index}]");

    private bool IsAllow => _action == AuthorizationAction.Allow;

    public bool Matches(PolicyRequest request)
    {
        if (IsAllow && (_problem.Length > 0 || (_http && !request.IsHttp))) return false;
        return Any(_from, request) && Any(_to, request) && All(_when, request);
    }

    public string Explain(PolicyRequest request)
    {
        if (IsAllow && _problem.Length > 0) return _problem;
        if (IsAllow && _http && !request.IsHttp) return HttpOnTcp;
        var met = new List<string>();
        foreach (var part in new[] { _from, _to, _when.IsEmpty ? [] : [_when] })
        {
            if (part.IsEmpty) continue;
            // Of several alternatives the one that matches is worth telling, or each one's first failure.
            var match = part.FirstOrDefault(conditions => All(conditions, request));
            if (match.IsDefault)
                return string.Join("; ", part.Select(conditions =>
                    conditions.First(condition => Counts(condition, request) && !condition.Matches(request)).Explain(request)));
            met.AddRange(match.Where(condition => Counts(condition, request)).Select(condition => condition.Explain(request)));
        }

        return met.Count == 0 ? "it has no condition that applies" : string.Join("; ", met);
    }

    private ImmutableArray<PolicyCondition> Compile(ImmutableArray<PolicyConditionText> conditions, PolicyContext context)
    {
        var compiled = ImmutableArray.CreateBuilder<PolicyCondition>();
        foreach (var text in conditions)
        {
            if (PolicyCondition.Compile(text, context, out var problem) is { } condition) compiled.Add(condition);
            else _problem = problem;
        }

        return compiled.ToImmutable();
    }

    private static bool Any(ImmutableArray<ImmutableArray<PolicyCondition>> alternatives, PolicyRequest request)
    {
        if (alternatives.IsEmpty) return true;
        foreach (var conditions in alternatives)
            if (All(conditions, request))
                return true;
        return false;
    }

    private static bool All(ImmutableArray<PolicyCondition> conditions, PolicyRequest request)
    {
        foreach (var condition in conditions)
            if (Counts(condition, request) && !condition.Matches(request))
                return false;
        return true;
    }

    private static bool Counts(PolicyCondition condition, PolicyRequest request) => request.IsHttp || !condition.HttpOnly;
}
