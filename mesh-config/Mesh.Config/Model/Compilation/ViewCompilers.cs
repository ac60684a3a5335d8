using Mesh.Config.Model.Incremental;
using Mesh.Config.Routing;
using Mesh.Config.Routing.GatewayApi;

namespace Mesh.Config.Model.Compilation;

/// <summary>Puts together what compiles one proxy's view; everything is read by the reader that is given.</summary>
internal sealed class ViewCompilers(ProxyScope scope, MeshModelOptions options)
{
    public TrafficConfig ConfigOf(MeshReader reader) => new(reader, scope.Cluster);

    public ProxyVisibility VisibilityOf(MeshReader reader) => new(ConfigOf(reader), scope, options);

    public RouteCompiler RoutesOf(MeshReader reader) => new(ConfigOf(reader), scope, options, OnlyPort(reader));

    public L4RouteCompiler ConnectionsOf(MeshReader reader) => new(scope, options, OnlyPort(reader));

    public MeshRoutes MeshRoutesOf(MeshReader reader) =>
        new(ConfigOf(reader), VisibilityOf(reader), scope, options, RoutesOf(reader), MeshApiRoutesOf(reader));

    public UpstreamCompiler UpstreamsOf(MeshReader reader) =>
        new(reader, ConfigOf(reader), VisibilityOf(reader), scope, options);

    public GatewayDomains DomainsOf(MeshReader reader) => new(ConfigOf(reader), scope, options);

    public GatewayCompiler GatewaysOf(MeshReader reader) => new(
        ConfigOf(reader), scope, DomainsOf(reader), RoutesOf(reader), ConnectionsOf(reader), ApiRoutesOf(reader));

    private Backends BackendsOf(MeshReader reader)
    {
        var sees = Sees(reader);
        return new Backends(ConfigOf(reader), options, host => ServiceLookup.Find(reader.Declaration, host, sees));
    }

    private GatewayApiRoutes ApiRoutesOf(MeshReader reader)
    {
        var backends = BackendsOf(reader);
        return new GatewayApiRoutes(ConfigOf(reader), new GatewayApiRules(backends), backends);
    }

    private GatewayApiMeshRoutes MeshApiRoutesOf(MeshReader reader) =>
        new(ConfigOf(reader), scope, options, new GatewayApiRules(BackendsOf(reader)));

    private Func<string, int?> OnlyPort(MeshReader reader)
    {
        var sees = Sees(reader);
        return host => ServiceLookup.Find(reader.Declaration, host, sees) is { Ports: [var only] } ? only.Info.Port : null;
    }

    private Func<CompiledService, bool> Sees(MeshReader reader) => VisibilityOf(reader).Sees;
}
