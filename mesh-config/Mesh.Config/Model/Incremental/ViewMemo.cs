using System.Collections.Immutable;
using Mesh.Config.Model.Compilation;
using Mesh.Config.Policy;
using Mesh.Config.Routing;

namespace Mesh.Config.Model.Incremental;

/// <summary>What has been computed for the views of one scope, shared by all snapshots of a model.</summary>
internal sealed class ViewMemo
{
    public Memo<UpstreamKey, Upstream> Upstreams { get; } = new(ByValue.Same);

    public Memo<UpstreamKey, Upstream> Passthrough { get; } = new(ByValue.Same);

    public Memo<(string Host, int Port), HttpRouteTable> Routes { get; } = new((_, _) => false);

    public Memo<(string Host, int Port), Connecting> ConnectionRoutes { get; } = new((_, _) => false);

    public Memo<string, Ports> ServedPorts { get; } = new((_, _) => false);

    public Memo<string, Listening> Listeners { get; } = new((_, _) => false);

    public Memo<string, Serve> Serving { get; } = new((_, _) => false);

    public Memo<(int Port, string Bind, string Domain), Host> GatewayHosts { get; } = new((_, _) => false);

    public Memo<string, WorkloadPolicy> Policy { get; } = new((_, _) => false);

    /// <summary>The routes as one value.</summary>
    internal sealed record Connecting(ImmutableArray<L4Route> Routes);

    /// <summary>The ports as one value.</summary>
    internal sealed record Ports(ImmutableArray<ServedPort> List);

    /// <summary>The listeners as one value, still without their tables.</summary>
    internal sealed record Listening(ImmutableArray<(GatewayListener Listener, GatewayRoutes Routes)> Listeners);

    /// <summary>The finished listeners.</summary>
    /// <param name="Hosts">Where their tables find exact hosts.</param>
    internal sealed record Serve(GatewayHosts Hosts, ImmutableArray<GatewayListener> Listeners);

    /// <param name="Found">Null when no VirtualService has the host.</param>
    internal sealed record Host(VirtualHost? Found);
}
