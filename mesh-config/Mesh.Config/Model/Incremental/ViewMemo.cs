using System.Collections.Immutable;
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

    public Memo<string, Listening> Listeners { get; } = new((_, _) => false);

    public Memo<string, WorkloadPolicy> Policy { get; } = new((_, _) => false);

    /// <summary>The routes as one value.</summary>
    internal sealed record Connecting(ImmutableArray<L4Route> Routes);

    /// <summary>The listeners as one value.</summary>
    internal sealed record Listening(ImmutableArray<GatewayListener> Listeners);
}
