using System.Collections.Immutable;
using Mesh.Config.Model;
using Mesh.Config.Model.Compilation;
using Mesh.Config.Resources.Security;

namespace Mesh.Config.Policy.Compilation;

/// <summary>Whether a policy of the root namespace or of a workload's own applies to that workload.</summary>
/// <remarks>Source: istio pilot/pkg/model/policyattachment.go; traffic-resources.md §U.</remarks>
internal static class PolicyAttachment
{
    private const string GatewayName = "gateway.networking.k8s.io/gateway-name";

    /// <param name="policyNamespace">Namespace of the policy: the workload's own, or the root namespace.</param>
    public static bool Applies(
        string policyNamespace,
        PolicySelector? selector,
        PolicyTargetReference? targetRef,
        ImmutableArray<PolicyTargetReference> targetRefs,
        ProxyScope workload)
    {
        if (targetRef is null && targetRefs.IsEmpty)
            return selector is null || LabelMatch.Selects(selector.MatchLabels, workload.Labels);

        // Targets are for gateways that came from a Gateway API Gateway, and name one of the policy's own namespace.
        if (!workload.Labels.TryGetValue(GatewayName, out var gateway) || policyNamespace != workload.Namespace) return false;
        return targetRefs.Concat(targetRef is null ? [] : [targetRef]).Any(target =>
            target.Kind == "Gateway" && target.Group == "gateway.networking.k8s.io" && target.Name == gateway);
    }
}
