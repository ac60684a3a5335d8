using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>How to call a host.</summary>
public sealed record TrafficPolicySpec
{
    public LoadBalancerSettings? LoadBalancer { get; init; }
    public ConnectionPoolSettings? ConnectionPool { get; init; }
    public OutlierDetection? OutlierDetection { get; init; }
    public ClientTlsSettings? Tls { get; init; }
    public ImmutableArray<PortTrafficPolicy> PortLevelSettings { get; init; } = [];
    public TunnelSettings? Tunnel { get; init; }
    public ProxyProtocolSettings? ProxyProtocol { get; init; }
    public RetryBudget? RetryBudget { get; init; }

    internal static Schema<TrafficPolicySpec> Schema { get; } =
        new Schema<TrafficPolicySpec>("TrafficPolicy", () => new TrafficPolicySpec())
            .Message("loadBalancer", LoadBalancerSettings.Schema,
                x => x.LoadBalancer, (x, v) => x with { LoadBalancer = v })
            .Message("connectionPool", ConnectionPoolSettings.Schema,
                x => x.ConnectionPool, (x, v) => x with { ConnectionPool = v })
            .Message("outlierDetection", OutlierDetection.Schema,
                x => x.OutlierDetection, (x, v) => x with { OutlierDetection = v })
            .Message("tls", ClientTlsSettings.Schema, x => x.Tls, (x, v) => x with { Tls = v })
            .Field("portLevelSettings", Codecs.List(PortTrafficPolicy.Schema),
                x => x.PortLevelSettings, (x, v) => x with { PortLevelSettings = v })
            .Message("tunnel", TunnelSettings.Schema, x => x.Tunnel, (x, v) => x with { Tunnel = v })
            .Message("proxyProtocol", ProxyProtocolSettings.Schema,
                x => x.ProxyProtocol, (x, v) => x with { ProxyProtocol = v })
            .Message("retryBudget", RetryBudget.Schema, x => x.RetryBudget, (x, v) => x with { RetryBudget = v })
            .AcceptSnakeCase();
}
