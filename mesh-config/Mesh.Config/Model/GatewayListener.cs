using System.Collections.Immutable;
using Mesh.Config.Routing;

namespace Mesh.Config.Model;

/// <summary>One port that a gateway proxy has to listen on, merged over all Gateways whose selector matches it.</summary>
public sealed record GatewayListener
{
    public required int Port { get; init; }

    /// <summary>Gateway server bind address; empty: the proxy's own default.</summary>
    public string Bind { get; init; } = "";

    /// <summary><c>HTTP</c>, <c>HTTP2</c>, <c>GRPC</c>, <c>HTTPS</c>, <c>TLS</c> or <c>TCP</c>, as the servers of a port agree on.</summary>
    public required string Protocol { get; init; }

    public required ImmutableArray<GatewayServer> Servers { get; init; }

    /// <summary>Routes for HTTP on this port (after TLS termination where there is some).</summary>
    public required HttpRouteTable Routes { get; init; }

    /// <summary>Routes by server name for TLS that is passed through; see <see cref="L4Route.Find"/>.</summary>
    public ImmutableArray<L4Route> TlsRoutes { get; init; } = [];

    /// <summary>Routes for TCP on this port; the first decides, for gateways do not look at the dialled address.</summary>
    public ImmutableArray<L4Route> TcpRoutes { get; init; } = [];

    public bool IsAutoPassthrough => Servers.Any(server => server.Tls.Mode == GatewayTlsMode.AutoPassthrough);
}
