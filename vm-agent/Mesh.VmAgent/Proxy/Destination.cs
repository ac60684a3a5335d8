using System.Globalization;
using System.Net;
using Mesh.Config.Model;
using Mesh.Config.Routing;
using Mesh.DataPlane.Upstreams;

namespace Mesh.VmAgent.Proxy;

/// <summary>Host and port that an application calls.</summary>
public readonly record struct Destination(string Host, int Port)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{AddressText.Bracketed(Host)}:{Port}");

    /// <summary>What a request on the outbound listener is for: the tunnel it came through, else its authority.</summary>
    public static Destination? Of(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Features.Get<ITunnelFeature>() is { } tunnel) return new Destination(tunnel.Host, tunnel.Port);
        var host = context.Request.Host;
        return host.HasValue ? Parse(host.Value, defaultPort: 80) : null;
    }

    /// <summary>Null for what is not a host with an optional port.</summary>
    /// <param name="defaultPort">0: the port must be there.</param>
    public static Destination? Parse(string authority, int defaultPort)
    {
        ArgumentNullException.ThrowIfNull(authority);
        var host = new HostString(authority);
        var name = host.Host.Trim('[', ']').ToLowerInvariant();
        var hasPort = authority.Length > 0 && !authority.EndsWith(']') && authority.LastIndexOf(':') is var colon && colon >= 0
            && (authority.IndexOf(':', StringComparison.Ordinal) == colon || authority[colon - 1] == ']');
        if (hasPort && host.Port is null) return null;
        var port = host.Port ?? defaultPort;
        var isHost = Uri.CheckHostName(name) != UriHostNameType.Unknown;
        return isHost && port is >= 1 and <= IPEndPoint.MaxPort ? new Destination(name, port) : null;
    }

    /// <summary>Routes for HTTP calls; null when the mesh does not know this destination.</summary>
    public HttpRouteTable? Routes(MeshView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return view.OutboundRoutes(view.ResolveHost(Host), Port);
    }

    /// <summary>The upstream for raw connections, by the tcp rules of its VirtualService; null when the mesh does not know this destination.</summary>
    public Upstream? Upstream(MeshView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var route = view.OutboundConnectionRoutes(Host, Port).FirstOrDefault(candidate => candidate.SniHosts.IsEmpty);
        return view.FindUpstream(route is null
            ? new UpstreamKey(view.ResolveHost(Host), Port)
            : DestinationChoice.Of(route.Destinations, Random.Shared).Upstream);
    }
}
