using Mesh.Config.Model;
using Mesh.Config.Resources.Observability;
using Mesh.Config.Resources.Security;

namespace Mesh.Config.Observability;

/// <summary>Which Telemetry resources a proxy follows.</summary>
/// <remarks>Source: Istio, "Telemetry API: scope, inheritance and overrides"; istio pilot/pkg/model/telemetry.go.</remarks>
internal static class TelemetryLevels
{
    /// <summary>
    /// From the most general to the most specific: of the mesh, of the namespace (of several the oldest), then all of the namespace that
    /// name the workload, oldest first. One of the root namespace with a selector means workloads of that namespace only.
    /// </summary>
    public static IEnumerable<Telemetry> Of(MeshSnapshot snapshot, ProxyScope scope, string rootNamespace)
    {
        var all = snapshot.Objects<Telemetry>().Where(item => item.Cluster == scope.Cluster).Select(item => item.Object)
            .Where(item => item.Metadata.Namespace == rootNamespace || item.Metadata.Namespace == scope.Namespace)
            .OrderBy(item => item.Metadata.CreationTimestamp ?? DateTimeOffset.MinValue)
            .ThenBy(item => item.Metadata.Name, StringComparer.Ordinal)
            .ToList();
        var mesh = all.Find(item => item.Metadata.Namespace == rootNamespace && IsGeneral(item.Spec));
        var space = rootNamespace == scope.Namespace
            ? null
            : all.Find(item => item.Metadata.Namespace == scope.Namespace && IsGeneral(item.Spec));
        var workload = all.Where(item => item.Metadata.Namespace == scope.Namespace && Names(item.Spec, scope));
        return new[] { mesh, space }.OfType<Telemetry>().Concat(workload);
    }

    private static bool IsGeneral(TelemetrySpec spec) =>
        spec.Selector is null or { MatchLabels.Count: 0 } && spec.TargetRef is null && spec.TargetRefs.IsEmpty;

    private static bool Names(TelemetrySpec spec, ProxyScope scope)
    {
        if (spec.Selector is { MatchLabels.Count: > 0 } selector)
            return selector.MatchLabels.All(pair => scope.Labels.TryGetValue(pair.Key, out var value) && value == pair.Value);
        return (spec.TargetRef is { } one && Names(one, scope)) || spec.TargetRefs.Any(target => Names(target, scope));
    }

    /// <summary>Pods of a Gateway carry its name in a label.</summary>
    private static bool Names(PolicyTargetReference target, ProxyScope scope) => target.Kind == "Gateway"
        && scope.Labels.TryGetValue("gateway.networking.k8s.io/gateway-name", out var name) && name == target.Name;
}
