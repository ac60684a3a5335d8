using Mesh.Config.Model;
using Mesh.DataPlane.Http;
using Mesh.Hosting.Networking;
using Mesh.VmAgent.Bootstrap;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.VmAgent.Proxy;

/// <summary>
/// The listener that applications name in <c>http_proxy</c>: an ordinary HTTP proxy whose destinations are services of the
/// mesh. Requests in absolute form, HTTP/2 requests by their <c>:authority</c>, and CONNECT.
/// </summary>
/// <param name="view">The mesh as this proxy sees it; null before it is known.</param>
/// <param name="outside">Null: what the mesh does not know is refused.</param>
public sealed class OutboundListener(
    AgentSettings settings, Func<MeshView?> view, HttpPipeline pipeline, ConnectTunnel tunnel, OutsideDestinations? outside)
{
    /// <summary>Makes a Kestrel listener this one. HTTP requests on it are then for <see cref="HandleAsync"/>.</summary>
    /// <param name="only">Every connection is for this destination, whatever is in it; null: callers say where they want to.</param>
    public void Use(ListenOptions listen, Destination? only = null)
    {
        ArgumentNullException.ThrowIfNull(listen);
        // Absolute form beats the Host header (RFC 9112 section 3.2.2); Kestrel refuses a difference otherwise.
        listen.KestrelServerOptions.AllowHostHeaderOverride = true;
        listen.Use(next => connection => only is { } destination
            ? tunnel.CarryAsync(connection, next, destination)
            : tunnel.RunAsync(connection, next));
        listen.UseHttp1OrHttp2Cleartext();
    }

    /// <summary>Serves one HTTP request of this listener.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Request.Headers.Remove("Proxy-Connection");
        context.Request.Headers.Remove("Proxy-Authorization");
        if (view() is not { } mesh)
        {
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, GrpcStatus.Unavailable, ResponseFlags.NoRoute,
                "nothing is known of the mesh yet: not all sources have synced").ConfigureAwait(false);
            return;
        }

        if (Destination.Of(context) is not { } destination || HttpMethods.IsConnect(context.Request.Method))
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, GrpcStatus.Internal, ResponseFlags.DownstreamProtocolError,
                "the request names no host and port, or CONNECT came after other requests on its connection").ConfigureAwait(false);
            return;
        }

        if (destination.Routes(mesh) is { } routes)
            await pipeline.RouteAsync(context, routes, destination.Port).ConfigureAwait(false);
        else
            await OutsideAsync(context, destination).ConfigureAwait(false);
    }

    private async Task OutsideAsync(HttpContext context, Destination destination)
    {
        var (upstream, problem) = outside is null
            ? (null, $"{destination} is not a service of the mesh as {settings.Namespace} sees it; correct the name, add a ServiceEntry, "
                + "or start the agent with --outbound-unknown allow")
            : await outside.ResolveAsync(destination, context.RequestAborted).ConfigureAwait(false);
        if (upstream is null)
        {
            await RefuseAsync(context, StatusCodes.Status502BadGateway, GrpcStatus.Unavailable, ResponseFlags.NoRoute, problem)
                .ConfigureAwait(false);
            return;
        }

        await pipeline.ForwardAsync(context, new ForwardPlan
        {
            Upstream = upstream,
            ClusterName = OutsideDestinations.ClusterName,
            RouteName = "allow_any",
            Authority = context.Request.Host.Value ?? destination.ToString(),
            Target = RequestTarget.Of(context) ?? new RequestTarget("/", ""),
        }).ConfigureAwait(false);
    }

    private Task RefuseAsync(HttpContext context, int status, int grpcStatus, string flags, string message) =>
        pipeline.RefuseAsync(context, status, grpcStatus, flags, $"{settings.Name}: {message}");
}
