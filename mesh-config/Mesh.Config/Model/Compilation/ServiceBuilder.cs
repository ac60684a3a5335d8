using System.Collections.Immutable;

namespace Mesh.Config.Model.Compilation;

/// <summary>Collects ports and endpoints of one host from all clusters and kinds of objects.</summary>
internal sealed class ServiceBuilder(string host, string serviceNamespace)
{
    private readonly SortedDictionary<int, (ServicePortInfo Info, List<MeshEndpoint> Endpoints)> _ports = [];
    private readonly SortedSet<string> _identities = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _subjectAltNames = new(StringComparer.Ordinal);
    private ServiceTraits? _traits;

    public bool MeshExternal => _traits?.MeshExternal ?? false;

    /// <summary>The first declaration wins: Services before ServiceEntries, clusters in the order of their names.</summary>
    public void Describe(ServiceTraits traits) => _traits ??= traits;

    /// <summary>The first declaration of a port number wins; clusters are added in the order of their names.</summary>
    public void AddPort(ServicePortInfo info)
    {
        if (!_ports.ContainsKey(info.Port)) _ports.Add(info.Port, (info, []));
    }

    public void AddEndpoint(int servicePort, MeshEndpoint endpoint) => _ports[servicePort].Endpoints.Add(endpoint);

    public void AddIdentity(string identity) => _identities.Add(identity);

    public void AddSubjectAltNames(IEnumerable<string> names) => _subjectAltNames.UnionWith(names);

    public CompiledService Build() => new()
    {
        Host = host,
        Namespace = serviceNamespace,
        Traits = _traits ?? new ServiceTraits(),
        SubjectAltNames = [.. _subjectAltNames],
        Identities = [.. _identities],
        Ports = [.. _ports.Values.Select(port => new CompiledPort(port.Info, Order(port.Endpoints)))],
    };

    /// <summary>By address and port; a workload found on two ways (slice and selector) is one endpoint.</summary>
    private static ImmutableArray<MeshEndpoint> Order(List<MeshEndpoint> endpoints) =>
    [
        .. PodAddresses.Merge(endpoints)
            .DistinctBy(endpoint => (endpoint.Address, endpoint.Port, endpoint.Network, endpoint.Address.Length == 0 ? endpoint.Workload : ""))
            .OrderBy(endpoint => endpoint.Address, StringComparer.Ordinal)
            .ThenBy(endpoint => endpoint.Port)
            .ThenBy(endpoint => endpoint.Workload, StringComparer.Ordinal),
    ];
}
