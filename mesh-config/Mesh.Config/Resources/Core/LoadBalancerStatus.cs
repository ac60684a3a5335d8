using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Core;

/// <summary>Addresses of a load balancer.</summary>
public sealed record LoadBalancerStatus
{
    public ImmutableArray<LoadBalancerIngress> Ingress { get; init; } = [];

    internal static Schema<LoadBalancerStatus> Schema { get; } =
        new Schema<LoadBalancerStatus>("LoadBalancerStatus", () => new LoadBalancerStatus())
            .Field("ingress", Codecs.List(LoadBalancerIngress.Schema),
                x => x.Ingress, (x, v) => x with { Ingress = v });
}
