using System.Collections.Immutable;
using System.Net;
using Mesh.Config.Model;
using Mesh.Config.Registration;
using Mesh.Config.Sources;
using Mesh.DataPlane.Bootstrap;
using Mesh.DataPlane.Http;
using Mesh.DataPlane.Identity;
using Mesh.DataPlane.Tcp.ProxyProtocol;
using Mesh.Hosting.AccessLogs;
using Mesh.Hosting.Telemetry;

namespace Mesh.Gateway.Configuration;

/// <summary>All that a gateway is told; see <see cref="GatewaySettingsReader"/> for names, defaults and meanings.</summary>
public sealed record GatewaySettings
{
    public required string Name { get; init; }
    public string? AccessLog { get; init; }
    public IAccessLogFormat AccessLogFormat { get; init; } = MeshLogFormat.Instance;

    /// <summary>Collector of traces; null: the mesh configuration says.</summary>
    public OtlpTarget? TraceTarget { get; init; }

    /// <summary>0 to 100, for traces that begin here; the mesh configuration has precedence.</summary>
    public double TraceSampling { get; init; } = 1;

    public IPEndPoint? Admin { get; init; }
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    public required ImmutableArray<GatewayRole> Roles { get; init; }
    public required string Cluster { get; init; }
    public string Network { get; init; } = "";
    public Locality Locality { get; init; } = Locality.Unknown;
    public string Namespace { get; init; } = "istio-system";
    public string ServiceAccount { get; init; } = "istio-ingressgateway-service-account";
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public required ImmutableArray<SourceSpec> Sources { get; init; }
    public TimeSpan SyncDeadline { get; init; } = TimeSpan.FromSeconds(60);

    public required IdentitySpec Identity { get; init; }
    public string? CaRoot { get; init; }
    public string? CaToken { get; init; }
    public string CaServerName { get; init; } = "istiod.istio-system.svc";
    /// <summary>Validity that the CA is asked for; zero leaves it to the CA.</summary>
    public TimeSpan CertificateTtl { get; init; } = TimeSpan.FromHours(24);
    public string TrustDomain { get; init; } = "cluster.local";

    /// <summary>Where edge servers without <c>bind</c> listen.</summary>
    public required IPAddress ListenAddress { get; init; }

    /// <summary>Where east-west servers without <c>bind</c> and the health port listen, and where upstream connections come from.</summary>
    public required IPAddress WorkloadAddress { get; init; }

    public int HealthPort { get; init; } = 15021;

    /// <summary>Where Prometheus finds metrics at the workload address; 0: nowhere but at the admin listener.</summary>
    public int MetricsPort { get; init; } = 15020;

    /// <summary>Folder with one folder per credentialName (tls.crt, tls.key, ca.crt); null when none is used.</summary>
    public string? Credentials { get; init; }

    /// <summary>Folder whose dead registrations this gateway cleans up; null: none.</summary>
    public RegistrySpec? CollectRegistrations { get; init; }

    /// <summary>Balancers in front that say who the client is.</summary>
    public ProxyProtocolPolicy ProxyProtocol { get; init; } = ProxyProtocolPolicy.None;

    /// <summary>HTTP proxies in front that are believed about <c>x-forwarded-for</c>.</summary>
    public int TrustedProxies { get; init; }

    public ClientCertForwarding ForwardClientCert { get; init; }

    public int MaxConnections { get; init; } = 10_000;

    /// <summary>Life and limits of clients' HTTP connections; its TCP keep-alive is also that of other and upstream connections.</summary>
    public HttpServerLimits Http { get; init; } = HttpServerLimits.Default;

    public TimeSpan DrainDelay { get; init; }
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public SpiffeId Id => new(TrustDomain, Namespace, ServiceAccount);

    /// <summary>
    /// What the gateway is in one role: Istio's own gateways carry the label <c>istio</c> with the role as value, by which Gateway resources
    /// select them. An east-west gateway sees its own network only.
    /// </summary>
    public ProxyScope ScopeOf(GatewayRole role) => new()
    {
        Type = ProxyType.Router,
        Cluster = Cluster,
        Network = Network,
        Locality = Locality,
        Namespace = Namespace,
        Labels = Labels.SetItem("istio", role == GatewayRole.Edge ? "ingressgateway" : "eastwestgateway"),
        RequestedNetworks = role == GatewayRole.EastWest ? [Network] : [],
    };
}
