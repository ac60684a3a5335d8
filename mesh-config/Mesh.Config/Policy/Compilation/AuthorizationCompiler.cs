using System.Collections.Immutable;
using Mesh.Config.Resources.MeshWide;
using Mesh.Config.Resources.Security;

namespace Mesh.Config.Policy.Compilation;

/// <summary>AuthorizationPolicy resources into what is evaluated.</summary>
internal static class AuthorizationCompiler
{
    private const string DryRunAnnotation = "istio.io/dry-run";

    public static CompiledPolicy Compile(AuthorizationPolicy policy, TrustDomains trustDomains, PathNormalizationType normalization)
    {
        var context = new PolicyContext(policy.Metadata.Namespace, trustDomains, normalization);
        var spec = policy.Spec;
        return new CompiledPolicy
        {
            Namespace = policy.Metadata.Namespace,
            Name = policy.Metadata.Name,
            Action = spec.Action,
            Provider = spec.Provider?.Name ?? "",
            DryRun = bool.TryParse(policy.Metadata.Annotations.GetValueOrDefault(DryRunAnnotation), out var dryRun) && dryRun,
            Rules =
            [
                .. spec.Rules.Select((rule, index) => new CompiledRule(
                    spec.Action, policy.Metadata.Namespace, policy.Metadata.Name, index, TextOf(rule), context)),
            ],
        };
    }

    private static PolicyRuleText TextOf(AuthorizationRule rule) => new(
        [.. rule.From.Select(from => Conditions(SourceOf(from.Source ?? new AuthorizationSource())))],
        [.. rule.To.Select(to => Conditions(OperationOf(to.Operation ?? new AuthorizationOperation())))],
        [.. rule.When.Select(when => new PolicyConditionText(when.Key, when.Values, when.NotValues))]);

    private static ImmutableArray<PolicyConditionText> Conditions(IEnumerable<PolicyConditionText> conditions) =>
        [.. conditions.Where(condition => !condition.Values.IsEmpty || !condition.NotValues.IsEmpty)];

    private static PolicyConditionText[] SourceOf(AuthorizationSource source) =>
    [
        new(PolicyAttributes.SourcePrincipal, source.Principals, source.NotPrincipals),
        new(PolicyAttributes.RequestPrincipal, source.RequestPrincipals, source.NotRequestPrincipals),
        new(PolicyAttributes.SourceNamespace, source.Namespaces, source.NotNamespaces),
        new(PolicyAttributes.SourceServiceAccount, source.ServiceAccounts, source.NotServiceAccounts),
        new(PolicyAttributes.SourceIp, source.IpBlocks, source.NotIpBlocks),
        new(PolicyAttributes.RemoteIp, source.RemoteIpBlocks, source.NotRemoteIpBlocks),
        new(PolicyAttributes.SourceTrustDomain, source.TrustDomains, source.NotTrustDomains),
    ];

    private static PolicyConditionText[] OperationOf(AuthorizationOperation operation) =>
    [
        new(PolicyAttributes.Hosts, operation.Hosts, operation.NotHosts),
        new(PolicyAttributes.DestinationPort, operation.Ports, operation.NotPorts),
        new(PolicyAttributes.Methods, operation.Methods, operation.NotMethods),
        new(PolicyAttributes.Paths, operation.Paths, operation.NotPaths),
    ];
}
