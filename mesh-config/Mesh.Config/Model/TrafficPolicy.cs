namespace Mesh.Config.Model;

/// <summary>How to call one <see cref="Upstream"/>: the merged DestinationRule with Istio's defaults filled in.</summary>
public sealed record TrafficPolicy
{
    public static TrafficPolicy Default { get; } = new();

    public LoadBalancerKind LoadBalancer { get; init; } = LoadBalancerKind.LeastRequest;

    /// <summary>MeshConfig.connectTimeout is 10 s unless the rule says otherwise.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Null: endpoints are never ejected and no priorities are given.</summary>
    public OutlierPolicy? Outlier { get; init; }

    /// <summary>Null: unlimited.</summary>
    public int? MaxConnections { get; init; }

    /// <summary>Null: what the proxy does by itself.</summary>
    public TcpKeepAlivePolicy? TcpKeepAlive { get; init; }

    /// <summary>Null: connections last as long as they are used.</summary>
    public TimeSpan? MaxConnectionDuration { get; init; }

    /// <summary>A connection carried as bytes on which neither side sends anything for so long is closed; null: never.</summary>
    public TimeSpan? TcpIdleTimeout { get; init; } = TimeSpan.FromHours(1);

    public int? Http1MaxPendingRequests { get; init; }
    public int? Http2MaxRequests { get; init; }
    public int? MaxRequestsPerConnection { get; init; }

    /// <summary>Not looked at where there is a <see cref="RetryBudget"/>.</summary>
    public int? MaxRetries { get; init; }

    /// <summary>Of one HTTP/2 connection.</summary>
    public int? MaxConcurrentStreams { get; init; }

    /// <summary>Speak HTTP/2 to a port that declares HTTP/1.1, or never; null: as the protocol of the port says.</summary>
    public bool? UpgradeToHttp2 { get; init; }

    /// <summary>Speak the HTTP version that the caller speaks.</summary>
    public bool UseClientProtocol { get; init; }

    /// <summary>Set when <see cref="LoadBalancer"/> is <see cref="LoadBalancerKind.ConsistentHash"/>.</summary>
    public HashPolicy? Hash { get; init; }

    /// <summary>Null: zones are at most priorities.</summary>
    public ZoneAwarePolicy? ZoneAware { get; init; }

    public WarmupPolicy? Warmup { get; init; }
    public RetryBudgetPolicy? RetryBudget { get; init; }
    public TunnelPolicy? Tunnel { get; init; }

    /// <summary>Version of the PROXY protocol header that begins each connection, 1 or 2; null: none.</summary>
    public int? ProxyProtocol { get; init; }

    /// <summary>Null: what the proxy does by itself.</summary>
    public Http2KeepAlivePolicy? Http2KeepAlive { get; init; }

    public TimeSpan HttpIdleTimeout { get; init; } = TimeSpan.FromHours(1);
}
