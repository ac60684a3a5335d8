using System.Collections.Immutable;
using System.Globalization;
using Mesh.Config.Resources.Security;

namespace Mesh.Config.Resources.Validation;

/// <summary>Rules of an AuthorizationPolicy.</summary>
/// <remarks>Source: istio pkg/config/validation/validation.go, ValidateAuthorizationPolicy, and pkg/config/security/security.go.</remarks>
internal static class AuthorizationRules
{
    private const int MaxServiceAccounts = 16;
    private const int MaxServiceAccountLength = 320;

    public static void Check(AuthorizationPolicySpec value, RuleScope at)
    {
        PolicyRules.Targets(value.Selector, value.TargetRef, value.TargetRefs, at);
        if (value.Rules.IsEmpty && value.Action is (AuthorizationAction.Custom or AuthorizationAction.Deny))
            at.Missing("rules", $"a {value.Action.ToString().ToUpperInvariant()} policy without rules never does anything; rules: [{{}}] matches everything");
        if (value.Action == AuthorizationAction.Custom)
        {
            if (value.Provider is not { Name.Length: > 0 }) at.Missing("provider.name", "CUSTOM asks an external authorizer of the mesh configuration");
        }
        else if (value.Provider is not null)
        {
            at["provider"].Error("only the action CUSTOM has a provider; remove it");
        }

        for (var i = 0; i < value.Rules.Length; i++) CheckRule(value.Rules[i], value.Action, at["rules"][i]);
    }

    private static void CheckRule(AuthorizationRule rule, AuthorizationAction action, RuleScope at)
    {
        if (rule.From.IsEmpty && at.Has("from")) at["from"].Error("has no sources and never matches; add one or remove from");
        if (rule.To.IsEmpty && at.Has("to")) at["to"].Error("has no operations and never matches; add one or remove to");
        var custom = action == AuthorizationAction.Custom;
        for (var i = 0; i < rule.From.Length; i++)
        {
            if (rule.From[i].Source is { } source) CheckSource(source, custom, at["from"][i]["source"]);
            else at["from"][i].Missing("source", "say where requests come from");
        }

        for (var i = 0; i < rule.To.Length; i++)
        {
            if (rule.To[i].Operation is { } operation) CheckOperation(operation, at["to"][i]["operation"]);
            else at["to"][i].Missing("operation", "say what requests do");
        }

        for (var i = 0; i < rule.When.Length; i++) AuthorizationConditionRules.Check(rule.When[i], custom, at["when"][i]);
        if (action == AuthorizationAction.Deny && OnlyHttp(rule))
            at.Warning("denies all traffic of TCP ports in its scope, because it uses only HTTP attributes; name the ports too");
    }

    private static bool OnlyHttp(AuthorizationRule rule) =>
        !rule.From.IsEmpty && !rule.From.Any(from => from.Source is { } source && FieldsOf(source).Any(field =>
            field.Name is not ("requestPrincipals" or "notRequestPrincipals") && !field.Values.IsEmpty))
        || !rule.To.IsEmpty && !rule.To.Any(to => to.Operation is { Ports.IsEmpty: false } or { NotPorts.IsEmpty: false });

    private static void CheckSource(AuthorizationSource source, bool custom, RuleScope at)
    {
        var fields = FieldsOf(source);
        if (fields.All(field => field.Values.IsEmpty)) at.Error("the source is empty; name something or remove it");
        foreach (var (name, values) in fields)
        {
            NotEmpty(values, at, name);
            if (custom && !values.IsEmpty && !name.EndsWith("pBlocks", StringComparison.Ordinal))
                at[name].Error("CUSTOM policies are asked before identities are checked; remove it");
        }

        CommonRules.Subnets(source.IpBlocks, at["ipBlocks"]);
        CommonRules.Subnets(source.NotIpBlocks, at["notIpBlocks"]);
        CommonRules.Subnets(source.RemoteIpBlocks, at["remoteIpBlocks"]);
        CommonRules.Subnets(source.NotRemoteIpBlocks, at["notRemoteIpBlocks"]);
        CheckAccounts(source.ServiceAccounts, !source.Principals.IsEmpty || !source.Namespaces.IsEmpty, at["serviceAccounts"]);
        CheckAccounts(source.NotServiceAccounts, !source.NotPrincipals.IsEmpty || !source.NotNamespaces.IsEmpty, at["notServiceAccounts"]);
        CheckTrustDomains(source.TrustDomains, at["trustDomains"]);
        CheckTrustDomains(source.NotTrustDomains, at["notTrustDomains"]);
    }

    private static ImmutableArray<(string Name, ImmutableArray<string> Values)> FieldsOf(AuthorizationSource source) =>
    [
        ("principals", source.Principals), ("notPrincipals", source.NotPrincipals),
        ("requestPrincipals", source.RequestPrincipals), ("notRequestPrincipals", source.NotRequestPrincipals),
        ("namespaces", source.Namespaces), ("notNamespaces", source.NotNamespaces),
        ("serviceAccounts", source.ServiceAccounts), ("notServiceAccounts", source.NotServiceAccounts),
        ("ipBlocks", source.IpBlocks), ("notIpBlocks", source.NotIpBlocks),
        ("remoteIpBlocks", source.RemoteIpBlocks), ("notRemoteIpBlocks", source.NotRemoteIpBlocks),
        ("trustDomains", source.TrustDomains), ("notTrustDomains", source.NotTrustDomains),
    ];

    private static void CheckAccounts(ImmutableArray<string> accounts, bool hasOther, RuleScope at)
    {
        if (accounts.IsEmpty) return;
        if (hasOther) at.Error("excludes principals and namespaces; a service account says both");
        if (accounts.Length > MaxServiceAccounts) at.Error($"has more than {MaxServiceAccounts} service accounts; use several sources");
        for (var i = 0; i < accounts.Length; i++)
        {
            if (accounts[i].Length > MaxServiceAccountLength) at[i].Error($"has more than {MaxServiceAccountLength} characters");
            else if (accounts[i].Contains('*', StringComparison.Ordinal)) at[i].Error($"\"{accounts[i]}\" has a wildcard; service accounts are compared exactly");
            else if (accounts[i].Count(c => c == '/') > 1) at[i].Error($"\"{accounts[i]}\" must be name or namespace/name");
        }
    }

    private static void CheckTrustDomains(ImmutableArray<string> domains, RuleScope at)
    {
        for (var i = 0; i < domains.Length; i++)
        {
            var star = domains[i].IndexOf('*', StringComparison.Ordinal);
            if (domains[i].Contains('/', StringComparison.Ordinal))
                at[i].Error($"\"{domains[i]}\" must be a trust domain alone, without /");
            else if (star >= 0 && (star != 0 && star != domains[i].Length - 1 || domains[i].Count(c => c == '*') > 1))
                at[i].Error($"\"{domains[i]}\" may have one *, at the beginning or the end");
        }
    }

    private static void CheckOperation(AuthorizationOperation operation, RuleScope at)
    {
        ReadOnlySpan<(string Name, ImmutableArray<string> Values)> fields =
        [
            ("hosts", operation.Hosts), ("notHosts", operation.NotHosts), ("ports", operation.Ports), ("notPorts", operation.NotPorts),
            ("methods", operation.Methods), ("notMethods", operation.NotMethods), ("paths", operation.Paths), ("notPaths", operation.NotPaths),
        ];
        var isEmpty = true;
        foreach (var (name, values) in fields)
        {
            isEmpty &= values.IsEmpty;
            NotEmpty(values, at, name);
        }

        if (isEmpty) at.Error("the operation is empty; name something or remove it");
        CheckPorts(operation.Ports, at["ports"]);
        CheckPorts(operation.NotPorts, at["notPorts"]);
        CheckPaths(operation.Paths, at["paths"]);
        CheckPaths(operation.NotPaths, at["notPaths"]);
    }

    private static void NotEmpty(ImmutableArray<string> values, RuleScope at, string field)
    {
        for (var i = 0; i < values.Length; i++)
            if (values[i].Length == 0)
                at[field][i].Error("the value is empty; remove it");
    }

    internal static void CheckPorts(ImmutableArray<string> ports, RuleScope at)
    {
        for (var i = 0; i < ports.Length; i++)
            if (ports[i].Length > 0 && !(int.TryParse(ports[i], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535))
                at[i].Error($"\"{ports[i]}\" is not a port from 0 to 65535");
    }

    private static void CheckPaths(ImmutableArray<string> paths, RuleScope at)
    {
        for (var i = 0; i < paths.Length; i++)
            if (PathTemplates.Problem(paths[i]) is { } problem)
                at[i].Error($"\"{paths[i]}\" {problem}");
    }
}
