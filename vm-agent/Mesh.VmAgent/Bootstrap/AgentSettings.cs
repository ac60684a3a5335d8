using System.Collections.Immutable;
using System.Net;
using Mesh.Config.Model;
using Mesh.Config.Resources.Networking;
using Mesh.Config.Sources;
using Mesh.DataPlane.Bootstrap;
using Mesh.DataPlane.Identity;
using Mesh.Hosting.AccessLogs;
using Mesh.Hosting.Telemetry;

namespace Mesh.VmAgent.Bootstrap;

/// <summary>All that an agent is told; see <see cref="AgentSettingsReader"/> for names, defaults and meanings.</summary>
public sealed record AgentSettings
{
    public required string Name { get; init; }
    public string? AccessLog { get; init; }
    public IAccessLogFormat AccessLogFormat { get; init; } = MeshLogFormat.Instance;

    /// <summary>Collector of traces; null: the mesh configuration says.</summary>
    public OtlpTarget? TraceTarget { get; init; }

    /// <summary>0 to 100, for traces that begin here; the mesh configuration has precedence.</summary>
    public double TraceSampling { get; init; } = 1;

    public required IPEndPoint Admin { get; init; }
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    public required string Cluster { get; init; }
    public string Network { get; init; } = "";
    public Locality Locality { get; init; } = Locality.Unknown;
    public required string Namespace { get; init; }
    public required string ServiceAccount { get; init; }
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public required ImmutableArray<SourceSpec> Sources { get; init; }
    public TimeSpan SyncDeadline { get; init; } = TimeSpan.FromSeconds(60);

    public required IdentitySpec Identity { get; init; }
    public string? CaRoot { get; init; }
    public string? CaToken { get; init; }

    /// <summary>API server to ask for the workload's token, in the place of <see cref="CaToken"/>; null: nobody is asked.</summary>
    public ApiServerSpec? TokenFrom { get; init; }

    public string CaServerName { get; init; } = "istiod.istio-system.svc";
    /// <summary>Validity that the CA is asked for; zero leaves it to the CA.</summary>
    public TimeSpan CertificateTtl { get; init; } = TimeSpan.FromHours(24);
    public string TrustDomain { get; init; } = "cluster.local";
    public WorkloadKeyKind KeyKind { get; init; }

    /// <summary>Share of its life that a certificate has left when it is renewed.</summary>
    public double GraceRatio { get; init; } = RenewalSchedule.DefaultRatio;

    public double GraceJitter { get; init; } = RenewalSchedule.DefaultJitter;

    /// <summary>Where key and certificate survive a restart; null: nowhere.</summary>
    public string? StateFolder { get; init; }

    /// <summary>Names and addresses for what the system does not resolve, in the form of <c>/etc/hosts</c>.</summary>
    public string? HostsFile { get; init; }

    /// <summary>istiod's for configuration and registration; null: not known.</summary>
    public DnsEndPoint? DiscoveryAddress { get; init; }

    /// <summary>Roots for <see cref="DiscoveryAddress"/>; null: those of the CA.</summary>
    public string? XdsRoot { get; init; }

    public required IPAddress WorkloadAddress { get; init; }

    /// <summary>Where the agent listens, if the workload address is not this machine's own: that of a NAT, for example.</summary>
    public IPAddress? ListenAddress { get; init; }

    /// <summary>What is bound to.</summary>
    public IPAddress OwnAddress => ListenAddress ?? WorkloadAddress;

    /// <summary>Where the application listens.</summary>
    public required IPAddress AppAddress { get; init; }

    public ImmutableArray<InboundSpec> Inbound { get; init; } = [];
    public int InboundPort { get; init; } = 15006;
    public int HealthPort { get; init; } = 15021;

    /// <summary>Where Prometheus finds metrics at the workload address; 0: nowhere but at the admin listener.</summary>
    public int MetricsPort { get; init; }

    /// <summary>Null: no outbound listener.</summary>
    public IPEndPoint? Outbound { get; init; }

    /// <summary>Listeners for applications that know no proxies.</summary>
    public ImmutableArray<OutboundTcpSpec> OutboundTcp { get; init; } = [];

    public UnknownDestinations OutboundUnknown { get; init; }

    /// <summary>Null: the workload is somebody else's to register, e.g. a Pod.</summary>
    public WorkloadGroupName? WorkloadGroup { get; init; }

    public RegistrationSpec? Register { get; init; }

    /// <summary>What tells this machine from others in names; empty: nothing; null: not looked for yet.</summary>
    public string? InstanceId { get; init; }

    /// <summary>With an API server: how long this machine is believed alive without a sign of life.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>For as long as the WorkloadGroup is not known.</summary>
    public ReadinessProbe? Probe { get; init; }

    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest life of connections that were open when another process took over.</summary>
    public TimeSpan HandoverDrain { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>All of it as it was given, by the names of settings, to find what another reading changed.</summary>
    internal IReadOnlyDictionary<string, string> Texts { get; init; } = new Dictionary<string, string>();

    public ProxyScope Scope => new()
    {
        Type = ProxyType.Sidecar,
        Cluster = Cluster,
        Network = Network,
        Locality = Locality,
        Namespace = Namespace,
        Labels = Labels,
    };
}
