using System.Collections.Immutable;
using Mesh.Config.Model.Incremental;
using Mesh.Config.Routing;

namespace Mesh.Config.Model.Compilation;

/// <summary>
/// The hosts of a gateway proxy in all snapshots between which nothing changed that routes are made of: any of their meshes gives the same.
/// </summary>
internal sealed class GatewayHosts(CompiledMesh mesh, ProxyScope scope, ViewMemo memo, ViewCompilers compilers) : IGatewayHosts
{
    private CompiledMesh _mesh = mesh;

    /// <summary>Goes over to a newer mesh, so that this one need not be kept for routes alone.</summary>
    public void Follow(CompiledMesh mesh)
    {
        if (mesh.Version > Volatile.Read(ref _mesh).Version) Volatile.Write(ref _mesh, mesh);
    }

    /// <inheritdoc />
    public VirtualHost? Find(ServedPort port, string domain)
    {
        var mesh = Volatile.Read(ref _mesh);
        // A name that nobody has given leaves nothing behind.
        if (!port.ServerHosts.Contains(domain) && mesh.Index.Find(VirtualServicesOf(domain)) is null) return null;
        return memo.GatewayHosts.Get((port.Number, port.Bind, domain), mesh, reader => new ViewMemo.Host(Compile(mesh, reader, port, domain))).Found;
    }

    /// <inheritdoc />
    public IEnumerable<string> Domains(ServedPort port)
    {
        var reader = new MeshReader(Volatile.Read(ref _mesh));
        var domains = compilers.DomainsOf(reader);
        var sources = compilers.ConfigOf(reader).VirtualServices;
        return
            (from server in port.Servers
             from source in sources
             where domains.IsBound(source, server)
             from domain in domains.Of(source, server)
             select domain)
            .Concat(port.ServerHosts)
            .Where(domain => !domain.StartsWith('*'))
            .Distinct(StringComparer.Ordinal);
    }

    public ImmutableArray<ServedPort> PortsOf(CompiledMesh mesh, MeshReader reader) => memo.ServedPorts.Get(
        "", mesh, own => new ViewMemo.Ports(ServedPorts.Of(compilers.ConfigOf(own), scope, mesh.Options)), reader).List;

    private static Dependency VirtualServicesOf(string domain) =>
        Dependency.OnKey(typeof(Resources.Networking.VirtualService), "", "", IndexKeys.Host(domain));

    private VirtualHost? Compile(CompiledMesh mesh, MeshReader reader, ServedPort port, string domain)
    {
        // The servers are read again: the host must not outlive those that it was compiled for.
        if (PortsOf(mesh, reader).FirstOrDefault(known => known.Number == port.Number && known.Bind == port.Bind) is not { } present) return null;
        var config = compilers.ConfigOf(reader);
        // A wildcard of a VirtualService leads to an exact host only where a server has that host.
        var sources = present.ServerHosts.Contains(domain) ? config.VirtualServicesFor(domain) : config.VirtualServicesOf(domain);
        return new GatewayHostCompiler(compilers.DomainsOf(reader), compilers.RoutesOf(reader), present)
            .Compile(sources, found => found == domain)
            .GetValueOrDefault(domain);
    }
}
