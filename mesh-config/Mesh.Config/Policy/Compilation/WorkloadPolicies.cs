using System.Collections.Immutable;
using Mesh.Config.Model;
using Mesh.Config.Model.Compilation;

namespace Mesh.Config.Policy.Compilation;

/// <summary>Collects what applies to one workload.</summary>
internal static class WorkloadPolicies
{
    public static WorkloadPolicy Compile(TrafficConfig config, ProxyScope workload, MeshModelOptions options)
    {
        var settings = config.Settings;
        var trustDomains = new TrustDomains(options.TrustDomain, [.. options.TrustDomainAliases, .. settings.TrustDomainAliases]);
        var normalization = settings.PathNormalization ?? options.PathNormalization;
        string[] namespaces = options.RootNamespace == workload.Namespace ? [workload.Namespace] : [options.RootNamespace, workload.Namespace];
        var policies = namespaces.SelectMany(name => config.AuthorizationPoliciesIn(name))
            .Where(policy => PolicyAttachment.Applies(
                policy.Metadata.Namespace, policy.Spec.Selector, policy.Spec.TargetRef, policy.Spec.TargetRefs, workload))
            .Select(policy => AuthorizationCompiler.Compile(policy, trustDomains, normalization))
            .ToImmutableArray();
        var rules = namespaces.SelectMany(name => config.RequestAuthenticationsIn(name))
            .Where(policy => PolicyAttachment.Applies(
                policy.Metadata.Namespace, policy.Spec.Selector, policy.Spec.TargetRef, policy.Spec.TargetRefs, workload))
            .SelectMany(policy => policy.Spec.JwtRules);
        // Asked for by port later on, when the configuration may be another: all that counts is taken now.
        var peers = PeerAuthentications.Of(config, options.RootNamespace, workload.Namespace).ToImmutableArray();
        return new WorkloadPolicy(
            policies,
            new JwtRules(rules),
            normalization,
            port => PeerAuthentications.Explain(peers, options, workload.Namespace, workload.Labels, port));
    }
}
