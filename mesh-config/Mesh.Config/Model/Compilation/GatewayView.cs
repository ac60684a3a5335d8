using System.Collections.Immutable;
using Mesh.Config.Model.Incremental;
using Mesh.Config.Routing;

namespace Mesh.Config.Model.Compilation;

/// <summary>What a gateway proxy serves of a compiled mesh.</summary>
internal sealed class GatewayView(CompiledMesh mesh, ProxyScope scope, ViewMemo memo, ViewCompilers compilers)
{
    private readonly GatewayHosts _hosts = new(mesh, scope, memo, compilers);

    /// <summary>Ordered by port, then bind address.</summary>
    public ImmutableArray<GatewayListener> Listeners()
    {
        var serving = memo.Serving.Get("", mesh, ReadServing);
        serving.Hosts.Follow(mesh);
        return serving.Listeners;
    }

    private ViewMemo.Serve ReadServing(MeshReader reader)
    {
        var listening = memo.Listeners.Get("", mesh, ReadListeners, reader);
        // Whatever a host may be compiled of: while all this is the same, so is every host.
        reader.NoteRouteSources();
        _ = compilers.ConfigOf(reader).Settings;
        return new ViewMemo.Serve(_hosts,
        [
            .. listening.Listeners.Select(entry => entry.Listener with { Routes = new GatewayRouteTable(entry.Routes, _hosts) }),
        ]);
    }

    private ViewMemo.Listening ReadListeners(MeshReader reader)
    {
        var compiler = compilers.GatewaysOf(reader);
        return new ViewMemo.Listening([.. _hosts.PortsOf(mesh, reader).Select(compiler.Compile)]);
    }
}
