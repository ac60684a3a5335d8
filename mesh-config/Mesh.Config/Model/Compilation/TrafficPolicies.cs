using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Model.Compilation;

/// <summary>DestinationRule blocks as the data plane executes them, with Istio's and Envoy's defaults filled in.</summary>
internal static class TrafficPolicies
{
    public static TrafficPolicy Compile(PolicyBlocks blocks, MeshDefaults defaults)
    {
        var tcp = blocks.ConnectionPool?.Tcp;
        var http = blocks.ConnectionPool?.Http;
        return new TrafficPolicy
        {
            LoadBalancer = Compile(blocks.LoadBalancer),
            ConnectTimeout = tcp?.ConnectTimeout ?? defaults.ConnectTimeout ?? TrafficPolicy.Default.ConnectTimeout,
            Outlier = blocks.Outlier is { } outlier ? Compile(outlier) : null,
            Hash = blocks.LoadBalancer?.ConsistentHash is { } hash ? Compile(hash) : null,
            Warmup = Warmup(blocks.LoadBalancer),
            RetryBudget = blocks.RetryBudget is { } budget
                ? new RetryBudgetPolicy(budget.Percent?.Value ?? 20, (int)(budget.MinRetryConcurrency ?? 3))
                : null,
            Tunnel = blocks.Tunnel is { } tunnel
                ? new TunnelPolicy(tunnel.Protocol.Length > 0 ? tunnel.Protocol : "CONNECT", tunnel.TargetHost, tunnel.TargetPort)
                : null,
            ProxyProtocol = blocks.ProxyProtocol?.Version switch
            {
                null => null,
                ProxyProtocolVersion.V2 => 2,
                _ => 1,
            },
            MaxConnections = Limit(tcp?.MaxConnections),
            TcpKeepAlive = (tcp?.TcpKeepalive ?? defaults.TcpKeepalive) is { } keepAlive
                ? new TcpKeepAlivePolicy(keepAlive.Time, keepAlive.Interval, (int?)keepAlive.Probes)
                : null,
            MaxConnectionDuration = tcp?.MaxConnectionDuration,
            TcpIdleTimeout = tcp?.IdleTimeout is { } idle ? (idle > TimeSpan.Zero ? idle : null) : TrafficPolicy.Default.TcpIdleTimeout,
            Http1MaxPendingRequests = Limit(http?.Http1MaxPendingRequests),
            Http2MaxRequests = Limit(http?.Http2MaxRequests),
            MaxRequestsPerConnection = Limit(http?.MaxRequestsPerConnection),
            MaxRetries = Limit(http?.MaxRetries),
            Http2KeepAlive = http?.Http2KeepAlive is { } pings ? new Http2KeepAlivePolicy(pings.Interval, pings.Timeout) : null,
            MaxConcurrentStreams = Limit(http?.MaxConcurrentStreams),
            UpgradeToHttp2 = http?.H2UpgradePolicy switch
            {
                H2UpgradePolicy.Upgrade => true,
                H2UpgradePolicy.DoNotUpgrade => false,
                _ => defaults.UpgradesToHttp2,
            },
            UseClientProtocol = http?.UseClientProtocol ?? false,
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

    private static HashPolicy Compile(ConsistentHashSettings hash) => new()
    {
        HeaderName = hash.HttpHeaderName,
        QueryParameter = hash.HttpQueryParameterName,
        SourceAddress = hash.UseSourceIp ?? false,
        CookieName = hash.HttpCookie?.Name,
        CookiePath = hash.HttpCookie?.Path ?? "",
        CookieTtl = hash.HttpCookie?.Ttl,
        MaglevTableSize = hash.Maglev is { } maglev ? (long?)maglev.TableSize ?? 65537 : null,
        MinimumRingSize = (long?)hash.RingHash?.MinimumRingSize ?? hash.MinimumRingSize ?? 1024,
    };

    /// <summary>Only the algorithms that look at load or take turns can give an endpoint less than its share.</summary>
    private static WarmupPolicy? Warmup(LoadBalancerSettings? settings)
    {
        if (settings?.ConsistentHash is not null || settings?.Simple is SimpleLoadBalancer.Random or SimpleLoadBalancer.Passthrough)
            return null;
        if (settings?.Warmup is { Duration: { } duration } warmup)
            return new WarmupPolicy(duration, warmup.MinimumPercent ?? 10, warmup.Aggression ?? 1);
        return settings?.WarmupDurationSecs is { } old ? new WarmupPolicy(old) : null;
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
            SplitsLocalOrigin = outlier.SplitExternalLocalOriginErrors,
            ConsecutiveLocalOriginFailures =
                (int?)outlier.ConsecutiveLocalOriginFailures ?? defaults.ConsecutiveLocalOriginFailures,
        };
    }

    /// <summary>0 means "not set" in the API.</summary>
    private static int? Limit(int? value) => value is > 0 ? value : null;
}
