using System.Collections.Immutable;

namespace Mesh.Config.Model.Compilation;

/// <summary>One host of the mesh: the Services of that name in all clusters, or a ServiceEntry's host.</summary>
internal sealed record CompiledService
{
    public required string Host { get; init; }
    public required string Namespace { get; init; }

    /// <summary>Ordered by port number.</summary>
    public required ImmutableArray<CompiledPort> Ports { get; init; }

    public ServiceTraits Traits { get; init; } = new();

    /// <summary>Services of the same host in other namespaces, best first: ServiceEntries may claim any host.</summary>
    public ImmutableArray<CompiledService> Others { get; init; } = [];

    public bool MeshExternal => Traits.MeshExternal;

    /// <summary>ServiceEntry subjectAltNames: identities beside those of the endpoints.</summary>
    public ImmutableArray<string> SubjectAltNames { get; init; } = [];

    /// <summary>SPIFFE ids of all endpoints of all ports, ordered.</summary>
    public required ImmutableArray<string> Identities { get; init; }

    public CompiledPort? FindPort(int port)
    {
        foreach (var candidate in Ports)
            if (candidate.Info.Port == port)
                return candidate;
        return null;
    }

    /// <summary>
    /// The service without what changes all the time, its endpoints: enough for those who route to it, and the same for as
    /// long as nothing about the service itself changes.
    /// </summary>
    public CompiledService WithoutEndpoints() => this with
    {
        Ports = [.. Ports.Select(port => port with { Endpoints = [] })],
        Identities = [],
        Others = [.. Others.Select(other => other.WithoutEndpoints())],
    };

    /// <summary>exportTo admits the namespace.</summary>
    public bool IsVisibleTo(string clientNamespace, MeshDefaults defaults) =>
        Visibility.Exports(Traits.ExportTo, defaults.DefaultServiceExportTo, Namespace, clientNamespace);
}
