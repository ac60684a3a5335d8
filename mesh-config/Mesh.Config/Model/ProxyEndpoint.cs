using System.Collections.Immutable;

namespace Mesh.Config.Model;

/// <summary>One address that a given proxy may dial, as istiod's EDS would send it to that proxy.</summary>
public sealed record ProxyEndpoint
{
    /// <summary>IPv4 or IPv6 text without brackets.</summary>
    public required string Address { get; init; }

    public required int Port { get; init; }

    /// <summary>Network of the workload, or of the workloads behind the gateway.</summary>
    public string Network { get; init; } = "";

    /// <summary>Cluster the workload is registered in; empty behind a gateway that serves several.</summary>
    public string Cluster { get; init; } = "";

    public Locality Locality { get; init; } = Locality.Unknown;

    /// <summary>Relative to the other endpoints of the same <see cref="Upstream"/>, at least 1.</summary>
    public uint Weight { get; init; } = 1;

    /// <summary>0 is tried first; the values of an upstream are contiguous.</summary>
    public int Priority { get; init; }

    public EndpointHealth Health { get; init; }

    public EndpointTls Tls { get; init; }

    /// <summary>Name of the network whose east-west gateway this address is; empty when the workload is dialled directly.</summary>
    public string ViaNetwork { get; init; } = "";

    /// <summary>Pod or WorkloadEntry name, empty behind a gateway.</summary>
    public string Workload { get; init; } = "";

    /// <summary>Kubernetes node of the workload; empty for a VM and behind a gateway.</summary>
    public string NodeName { get; init; } = "";

    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    public bool IsGateway => ViaNetwork.Length != 0;
}
