using System.Collections.Immutable;
using Mesh.Config.Policy;
using Mesh.Config.Resources.Security;

namespace Mesh.Config.Model.Compilation;

/// <summary>Effective PeerAuthentication mode of workload ports.</summary>
/// <remarks>Source: istio pilot/pkg/security/authn/policy_applier.go; traffic-resources.md §T.</remarks>
internal static class PeerAuthentications
{
    public static MtlsMode ModeOf(
        TrafficConfig config,
        MeshModelOptions options,
        string workloadNamespace,
        ImmutableSortedDictionary<string, string> labels,
        int workloadPort) =>
        Decide(Of(config, options.RootNamespace, workloadNamespace), options, workloadNamespace, labels, workloadPort).Mode;

    /// <summary>The mode, and which policy it comes from.</summary>
    /// <param name="policies">As <see cref="Of"/> gives them.</param>
    public static EffectiveMtls Explain(
        IEnumerable<PeerAuthentication> policies,
        MeshModelOptions options,
        string workloadNamespace,
        ImmutableSortedDictionary<string, string> labels,
        int workloadPort)
    {
        var (mode, policy, isPort) = Decide(policies, options, workloadNamespace, labels, workloadPort);
        if (policy is null) return new EffectiveMtls(mode, "no PeerAuthentication sets a mode");
        var part = isPort ? $" for port {workloadPort}" : "";
        return new EffectiveMtls(mode, $"PeerAuthentication {policy.Metadata.Namespace}/{policy.Metadata.Name}{part}");
    }

    private static (MtlsMode Mode, PeerAuthentication? Policy, bool IsPort) Decide(
        IEnumerable<PeerAuthentication> policies,
        MeshModelOptions options,
        string workloadNamespace,
        ImmutableSortedDictionary<string, string> labels,
        int workloadPort)
    {
        PeerAuthentication? mesh = null, inNamespace = null, workload = null;
        foreach (var policy in policies)
        {
            var space = policy.Metadata.Namespace;
            if (policy.Spec.Selector is { MatchLabels.IsEmpty: false } selector)
            {
                // The oldest that matches; a selector in the root namespace counts only for workloads there.
                if (space == workloadNamespace && LabelMatch.Selects(selector.MatchLabels, labels)) workload ??= policy;
                continue;
            }

            if (space == options.RootNamespace) mesh ??= policy;
            if (space == workloadNamespace) inNamespace ??= policy;
        }

        var decided = (Mode: MtlsMode.Permissive, Policy: (PeerAuthentication?)null, IsPort: false);
        foreach (var policy in new[] { mesh, inNamespace, workload })
            if (ModeOf(policy?.Spec.Mtls) is { } mode)
                decided = (mode, policy, IsPort: false);
        return workload is not null && workload.Spec.PortLevelMtls.TryGetValue(workloadPort, out var port) && ModeOf(port) is { } own
            ? (own, workload, IsPort: true)
            : decided;
    }

    /// <summary>All that may concern workloads of a namespace.</summary>
    public static IEnumerable<PeerAuthentication> Of(TrafficConfig config, string rootNamespace, string workloadNamespace) =>
        rootNamespace == workloadNamespace
            ? config.PeerAuthenticationsIn(rootNamespace)
            : config.PeerAuthenticationsIn(rootNamespace).Concat(config.PeerAuthenticationsIn(workloadNamespace));

    /// <summary>Null inherits.</summary>
    private static MtlsMode? ModeOf(MutualTls? mtls) => mtls?.Mode switch
    {
        MutualTlsMode.Disable => MtlsMode.Disable,
        MutualTlsMode.Permissive => MtlsMode.Permissive,
        MutualTlsMode.Strict => MtlsMode.Strict,
        _ => null,
    };
}
