using Mesh.Config.Model;
using Mesh.DataPlane.Upstreams;
using Mesh.Gateway.Configuration;
using Mesh.Gateway.Listeners;

namespace Mesh.Gateway.Hosting;

/// <summary>
/// One role of the gateway: its own view of the mesh, its own endpoint state and its own listeners. Roles share nothing but the process, since the
/// same service has different endpoints for each.
/// </summary>
internal sealed class RoleRuntime : IAsyncDisposable
{
    private readonly ProxyScope scope;

    public RoleRuntime(GatewayRole role, ProxyScope scope, ViewEndpointDirectory directory, UpstreamBalancer balancer, ListenerSet listeners)
    {
        Role = role;
        this.scope = scope;
        Directory = directory;
        Balancer = balancer;
        Listeners = listeners;
    }

    public GatewayRole Role { get; }

    public ViewEndpointDirectory Directory { get; }

    public UpstreamBalancer Balancer { get; }

    public ListenerSet Listeners { get; }

    /// <summary>Destinations first, so that no route of a new listener points to something unknown.</summary>
    public async Task ApplyAsync(MeshSnapshot snapshot, CancellationToken cancellationToken)
    {
        var view = snapshot.ViewFrom(scope);
        Directory.Update(view);
        await Listeners.ReconcileAsync(view.Listeners, cancellationToken);
    }

    public ValueTask DisposeAsync() => Listeners.DisposeAsync();
}
