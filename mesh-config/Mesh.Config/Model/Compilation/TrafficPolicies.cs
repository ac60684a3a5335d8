using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Model.Compilation;

/// <summary>DestinationRule blocks as the data plane executes them, with Istio's and Envoy's defaults filled in.</summary>
internal static class TrafficPolicies
{
    public static TrafficPolicy Compile(PolicyBlocks blocks)
    {
        var tcp = blocks.ConnectionPool?.Tcp;
        var http = blocks.ConnectionPool?.Http;
        return new TrafficPolicy
        {
            LoadBalancer = Compile(blocks.LoadBalancer),
            ConnectTimeout = tcp?.ConnectTimeout ?? TrafficPolicy.Default.ConnectTimeout,
            Outlier = blocks.Outlier is { } outlier ? Compile(outlier) : null,
            MaxConnections = Limit(tcp?.MaxConnections),
            Http1MaxPendingRequests = Limit(http?.Http1MaxPendingRequests),
            Http2MaxRequests = Limit(http?.Http2MaxRequests),
            MaxRequestsPerConnection = Limit(http?.MaxRequestsPerConnection),
            MaxRetries = Limit(http?.MaxRetries),
            HttpIdleTimeout = http?.IdleTimeout ?? TrafficPolicy.Default.HttpIdleTimeout,
        };
    }

    public static ClientTlsMode Compile(ClientTlsSettings? tls) => tls?.Mode switch
    {
        null => ClientTlsMode.Auto,
        ClientTlsSettingsMode.Disable => ClientTlsMode.Disable,
        ClientTlsSettingsMode.Simple => ClientTlsMode.Simple,
        ClientTlsSettingsMode.Mutual => ClientTlsMode.Mutual,
        _ => ClientTlsMode.IstioMutual,
    };

    private static LoadBalancerKind Compile(LoadBalancerSettings? settings)
    {
        if (settings?.ConsistentHash is not null) return LoadBalancerKind.ConsistentHash;
        return settings?.Simple switch
        {
            SimpleLoadBalancer.RoundRobin => LoadBalancerKind.RoundRobin,
            SimpleLoadBalancer.Random => LoadBalancerKind.Random,
            SimpleLoadBalancer.Passthrough => LoadBalancerKind.Passthrough,
            _ => LoadBalancerKind.LeastRequest,
        };
    }

    private static OutlierPolicy Compile(OutlierDetection outlier)
    {
        var defaults = new OutlierPolicy();
        return new OutlierPolicy
        {
            Consecutive5xxErrors = (int?)outlier.Consecutive5xxErrors ?? defaults.Consecutive5xxErrors,
            ConsecutiveGatewayErrors = (int?)outlier.ConsecutiveGatewayErrors ?? 0,
            Interval = outlier.Interval ?? defaults.Interval,
            BaseEjectionTime = outlier.BaseEjectionTime ?? defaults.BaseEjectionTime,
            MaxEjectionPercent = outlier.MaxEjectionPercent > 0 ? outlier.MaxEjectionPercent : defaults.MaxEjectionPercent,
            MinHealthPercent = outlier.MinHealthPercent,
        };
    }

    /// <summary>0 means "not set" in the API.</summary>
    private static int? Limit(int? value) => value is > 0 ? value : null;
}
