using System.Collections.Immutable;
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
        int workloadPort)
    {
        var mode = MtlsMode.Permissive;
        PeerAuthentication? mesh = null, inNamespace = null, workload = null;
        foreach (var policy in Of(config, options.RootNamespace, workloadNamespace))
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

        mode = Apply(mode, mesh?.Spec.Mtls);
        mode = Apply(mode, inNamespace?.Spec.Mtls);
        mode = Apply(mode, workload?.Spec.Mtls);
        return workload is not null && workload.Spec.PortLevelMtls.TryGetValue(workloadPort, out var port)
            ? Apply(mode, port)
            : mode;
    }

    private static IEnumerable<PeerAuthentication> Of(TrafficConfig config, string rootNamespace, string workloadNamespace) =>
        rootNamespace == workloadNamespace
            ? config.PeerAuthenticationsIn(rootNamespace)
            : config.PeerAuthenticationsIn(rootNamespace).Concat(config.PeerAuthenticationsIn(workloadNamespace));

    private static MtlsMode Apply(MtlsMode inherited, MutualTls? own) => own?.Mode switch
    {
        MutualTlsMode.Disable => MtlsMode.Disable,
        MutualTlsMode.Permissive => MtlsMode.Permissive,
        MutualTlsMode.Strict => MtlsMode.Strict,
        _ => inherited,
    };
}
