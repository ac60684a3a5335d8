namespace Mesh.Config.Model;

/// <summary>Calls stay in the client's zone as far as that loads no zone above its share.</summary>
/// <param name="MinClusterSize">With fewer endpoints at a priority zones are not looked at.</param>
/// <remarks>Source: Istio ZoneAwareLoadBalancerSetting; Envoy zone aware routing, min_cluster_size.</remarks>
public sealed record ZoneAwarePolicy(int MinClusterSize)
{
    /// <summary>Envoy's.</summary>
    public const int DefaultMinClusterSize = 6;
}
