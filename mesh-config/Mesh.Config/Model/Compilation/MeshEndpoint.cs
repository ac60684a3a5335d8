using System.Collections.Immutable;

namespace Mesh.Config.Model.Compilation;

/// <summary>One workload behind a service port, before anybody's view is applied.</summary>
internal sealed record MeshEndpoint
{
    /// <summary>Empty when only a network gateway can reach it.</summary>
    public required string Address { get; init; }

    public required int Port { get; init; }
    public string Network { get; init; } = "";
    public string Cluster { get; init; } = "";
    public Locality Locality { get; init; } = Locality.Unknown;
    public uint Weight { get; init; } = 1;
    public EndpointHealth Health { get; init; }

    /// <summary>The workload says that it accepts mesh mTLS.</summary>
    public bool AcceptsMtls { get; init; }

    public string Namespace { get; init; } = "";
    public string ServiceAccount { get; init; } = "";
    public string Workload { get; init; } = "";

    /// <summary>First label of the workload's own DNS name below its headless Service's; empty when it has none.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>Addresses of the same workload in the other IP family.</summary>
    public ImmutableArray<string> OtherAddresses { get; init; } = [];

    /// <summary>Kubernetes node it runs on; empty for a VM.</summary>
    public string NodeName { get; init; } = "";

    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
}
