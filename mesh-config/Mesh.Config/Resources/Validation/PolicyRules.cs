using System.Collections.Immutable;
using Mesh.Config.Resources.Security;

namespace Mesh.Config.Resources.Validation;

/// <summary>Rules about which workloads a policy is for, and those of PeerAuthentication.</summary>
/// <remarks>Source: istio pkg/config/validation/validation.go, validateOneOfSelectorType and validatePolicyTargetReference.</remarks>
internal static class PolicyRules
{
    private const int MaxTargets = 16;

    public static void Targets(
        PolicySelector? selector, PolicyTargetReference? target, ImmutableArray<PolicyTargetReference> targets, RuleScope at)
    {
        if ((selector is null ? 0 : 1) + (target is null ? 0 : 1) + (targets.IsEmpty ? 0 : 1) > 1)
            at.Error("selector, targetRef and targetRefs exclude each other; keep one");
        if (selector is not null) Selector(selector, at["selector"]);
        if (target is not null) CheckTarget(target, at["targetRef"]);
        if (targets.Length > MaxTargets) at["targetRefs"].Error($"has more than {MaxTargets} targets; use several policies");
        for (var i = 0; i < targets.Length; i++) CheckTarget(targets[i], at["targetRefs"][i]);
    }

    public static void Selector(PolicySelector value, RuleScope at) => CommonRules.Selector(value.MatchLabels, at, "matchLabels");

    public static void PeerAuthentication(PeerAuthenticationSpec value, RuleScope at)
    {
        if (value.Selector is { } selector) Selector(selector, at["selector"]);
        if (value.PortLevelMtls.IsEmpty)
        {
            if (at.Has("portLevelMtls")) at["portLevelMtls"].Error("has no ports; name one or remove it");
        }
        else if (value.Selector?.MatchLabels.IsEmpty ?? true)
        {
            at["portLevelMtls"].Error("needs a selector with labels: ports differ between workloads");
        }
    }

    private static void CheckTarget(PolicyTargetReference value, RuleScope at)
    {
        if (value.Name.Length == 0) at["name"].Missing("name", "a target needs one");
        if (value.Namespace.Length > 0) at["namespace"].Error("a target is in the policy's own namespace; remove namespace");
        if ((value.Group, value.Kind) is not (("" or "core", "Service") or ("networking.istio.io", "ServiceEntry")
            or ("gateway.networking.k8s.io", "Gateway" or "GatewayClass")))
            at["kind"].Error(
                $"{(value.Group.Length == 0 ? "core" : value.Group)}/{value.Kind} cannot be a target; use core/Service, "
                + "networking.istio.io/ServiceEntry or gateway.networking.k8s.io/Gateway or GatewayClass");
    }
}
