using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Replaces the four blocks for one service port.</summary>
public sealed record PortTrafficPolicy
{
    public PortSelector? Port { get; init; }
    public LoadBalancerSettings? LoadBalancer { get; init; }
    public ConnectionPoolSettings? ConnectionPool { get; init; }
    public OutlierDetection? OutlierDetection { get; init; }
    public ClientTlsSettings? Tls { get; init; }

    internal static Schema<PortTrafficPolicy> Schema { get; } =
        new Schema<PortTrafficPolicy>("TrafficPolicy.PortTrafficPolicy", () => new PortTrafficPolicy())
            .Message("port", PortSelector.Schema, x => x.Port, (x, v) => x with { Port = v }, required: true)
            .Message("loadBalancer", LoadBalancerSettings.Schema,
                x => x.LoadBalancer, (x, v) => x with { LoadBalancer = v })
            .Message("connectionPool", ConnectionPoolSettings.Schema,
                x => x.ConnectionPool, (x, v) => x with { ConnectionPool = v })
            .Message("outlierDetection", OutlierDetection.Schema,
                x => x.OutlierDetection, (x, v) => x with { OutlierDetection = v })
            .Message("tls", ClientTlsSettings.Schema, x => x.Tls, (x, v) => x with { Tls = v })
            .AcceptSnakeCase();
}
