using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Core;

/// <summary>Addresses of a load balancer.</summary>
public sealed record ServiceStatus
{
    public LoadBalancerStatus? LoadBalancer { get; init; }

    internal static Schema<ServiceStatus> Schema { get; } =
        new Schema<ServiceStatus>("ServiceStatus", () => new ServiceStatus())
            .Message("loadBalancer", LoadBalancerStatus.Schema,
                x => x.LoadBalancer, (x, v) => x with { LoadBalancer = v })
            .Ignore("conditions");
}
