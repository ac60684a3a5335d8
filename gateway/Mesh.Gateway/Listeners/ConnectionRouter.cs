using Mesh.Config.Routing;
using Mesh.DataPlane.Tcp;
using Mesh.DataPlane.Upstreams;

namespace Mesh.Gateway.Listeners;

/// <summary>Takes connections that are not looked into where their route says.</summary>
internal sealed class ConnectionRouter(IEndpointDirectory directory, TcpForwarder forwarder, Random random)
{
    /// <summary>Serves a connection to its end; closing it is the caller's.</summary>
    /// <param name="route">Null when there is none for it: the connection is turned away.</param>
    public async Task ServeAsync(
        TcpDownstream downstream, L4Route? route, ClientHello? hello = null, CancellationToken cancellationToken = default)
    {
        if (route is null)
        {
            forwarder.Refuse(downstream, hello is null ? "no tcp route on this port" : $"no tls route for '{hello.ServerName}' on this port", hello);
            return;
        }

        var key = DestinationChoice.Of(route.Destinations, random).Upstream;
        if (directory.Find(key) is not { } upstream)
        {
            forwarder.Refuse(downstream, $"{route.Origin} routes to {key.Host}:{key.Port}, which no service has", hello);
            return;
        }

        var plan = new TcpForwardPlan { Upstream = upstream, ClusterName = key.ClusterName };
        await forwarder.RunAsync(downstream, plan, cancellationToken: cancellationToken);
    }
}
