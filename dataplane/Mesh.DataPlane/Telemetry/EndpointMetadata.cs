using System.Runtime.CompilerServices;
using Mesh.Config.Model;

namespace Mesh.DataPlane.Telemetry;

/// <summary>What the snapshot tells of the workload behind an endpoint; read once per endpoint.</summary>
internal static class EndpointMetadata
{
    private static readonly ConditionalWeakTable<ProxyEndpoint, WorkloadMetadata> Known = [];

    /// <summary><see cref="WorkloadMetadata.None"/> for another network's gateway: whoever is behind it has to tell.</summary>
    public static WorkloadMetadata Of(ProxyEndpoint endpoint) =>
        endpoint.IsGateway || endpoint.Workload.Length == 0
            ? WorkloadMetadata.None
            : Known.GetValue(endpoint, static of => WorkloadMetadata.Of(of.Workload, "", of.Cluster, of.Labels).WithoutInstance());
}
