namespace Mesh.Config.Model.Compilation;

/// <summary>Which endpoints of a service a client gets at all, before networks and localities are looked at.</summary>
/// <remarks>Source: istio pilot/pkg/xds/endpoints/endpoint_builder.go; multicluster.md §8 and §9.</remarks>
internal static class EndpointFilters
{
    /// <param name="clusterLocal">The host is one of those that stay inside their cluster.</param>
    public static bool Admits(
        MeshEndpoint endpoint, ProxyScope scope, ServiceTraits traits, bool clusterLocal, PolicyBlocks policy)
    {
        // As everywhere in Istio an unknown id is the same as any other.
        if (clusterLocal && scope.Cluster.Length > 0 && endpoint.Cluster.Length > 0 && scope.Cluster != endpoint.Cluster)
            return false;
        if (traits.IsNodeLocal && endpoint.NodeName != scope.NodeName) return false;
        // Panic routing by minHealthPercent would count unhealthy endpoints in: it gets the healthy ones only.
        return endpoint.Health != EndpointHealth.Unhealthy
               || policy.Outlier is not { MinHealthPercent: > 0 }
               || traits.Distribution != TrafficDistribution.Any;
    }
}
