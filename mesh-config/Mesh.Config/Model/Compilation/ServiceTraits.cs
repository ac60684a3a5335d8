using System.Collections.Immutable;

namespace Mesh.Config.Model.Compilation;

/// <summary>What a Service or ServiceEntry says about itself beside ports and endpoints.</summary>
internal sealed record ServiceTraits
{
    /// <summary>A Kubernetes Service: it owns its host, whatever ServiceEntries of other namespaces claim.</summary>
    public bool IsKubernetes { get; init; }

    /// <summary>Orders ServiceEntries of several namespaces for one host: the oldest counts.</summary>
    public DateTimeOffset Created { get; init; }

    public EndpointDiscovery Discovery { get; init; }

    /// <summary>clusterIP None.</summary>
    public bool IsHeadless { get; init; }

    /// <summary>Host that a Service of type ExternalName stands for, in lower case; empty for others.</summary>
    public string AliasOf { get; init; } = "";

    /// <summary>internalTrafficPolicy Local: only endpoints on the client's node.</summary>
    public bool IsNodeLocal { get; init; }

    /// <summary>Label <c>istio.io/persistent-session</c>: endpoints that shut down still get their old clients.</summary>
    public bool KeepsDraining { get; init; }

    public TrafficDistribution Distribution { get; init; }

    public bool MeshExternal { get; init; }

    /// <summary>Namespaces that see the service; empty means what the mesh has as default.</summary>
    public ImmutableArray<string> ExportTo { get; init; } = [];
}
