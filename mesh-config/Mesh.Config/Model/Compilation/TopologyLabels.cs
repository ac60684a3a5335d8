namespace Mesh.Config.Model.Compilation;

/// <summary>Label and annotation names of Istio and Kubernetes that the model reads.</summary>
internal static class TopologyLabels
{
    public const string Network = "topology.istio.io/network";
    public const string Cluster = "topology.istio.io/cluster";
    public const string SubZone = "topology.istio.io/subzone";
    public const string Locality = "topology.istio.io/locality";
    public const string OldLocality = "istio-locality";
    public const string Region = "topology.kubernetes.io/region";
    public const string Zone = "topology.kubernetes.io/zone";
    public const string OldRegion = "failure-domain.beta.kubernetes.io/region";
    public const string OldZone = "failure-domain.beta.kubernetes.io/zone";
    public const string Hostname = "kubernetes.io/hostname";
    public const string GatewayPort = "networking.istio.io/gatewayPort";
    public const string NodeSelector = "traffic.istio.io/nodeSelector";
    public const string TlsMode = "security.istio.io/tlsMode";
    public const string ServiceName = "kubernetes.io/service-name";
    public const string ExportTo = "networking.istio.io/exportTo";
    public const string TrafficDistribution = "networking.istio.io/traffic-distribution";
    public const string PersistentSession = "istio.io/persistent-session";
    public const string HealthChecksEnabled = "proxy.istio.io/health-checks-enabled";
    public const string HealthyCondition = "Healthy";
}
