using System.Collections.Immutable;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Model.Compilation;

/// <summary>Which Sidecar resource a proxy follows.</summary>
/// <remarks>Source: istio pilot/pkg/model/push_context.go getSidecarScope; traffic-resources.md §I.</remarks>
internal static class Sidecars
{
    /// <summary>
    /// The oldest of the proxy's namespace that selects its labels, else the oldest there without selector, else that of the
    /// root namespace; null when everything that is exported to the namespace is seen. Gateways follow none.
    /// </summary>
    /// <param name="own">Of the proxy's namespace, by age.</param>
    /// <param name="root">Of the root namespace, by age.</param>
    public static Sidecar? Choose(ImmutableArray<Sidecar> own, ImmutableArray<Sidecar> root, ProxyScope scope)
    {
        if (scope.Type != ProxyType.Sidecar) return null;
        return own.FirstOrDefault(sidecar => HasSelector(sidecar)
                                             && LabelMatch.Selects(sidecar.Spec.WorkloadSelector!.Labels, scope.Labels))
               ?? own.FirstOrDefault(sidecar => !HasSelector(sidecar))
               ?? root.FirstOrDefault(sidecar => !HasSelector(sidecar));
    }

    private static bool HasSelector(Sidecar sidecar) => sidecar.Spec.WorkloadSelector is { Labels.IsEmpty: false };
}
