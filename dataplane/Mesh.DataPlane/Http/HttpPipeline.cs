using Mesh.Config.Model;
using Mesh.Config.Routing;
using Mesh.DataPlane.Http.GrpcWeb;
using Mesh.DataPlane.Policy;
using Mesh.DataPlane.Upstreams;
using Mesh.Hosting.AccessLogs;
using Microsoft.AspNetCore.Http;

namespace Mesh.DataPlane.Http;

/// <summary>
/// What happens to every HTTP request, in gateway and agent alike:
/// <code>
/// request -> headers (trace, request id, forwarded) -> route -> CORS -> fault -> destination by weight -> endpoint -> forwarding
///                                                                                      ^-- other endpoint, backoff --'
///         -> access log
/// </code>
/// </summary>
public sealed class HttpPipeline
{
    private const string RequestIdHeader = "x-request-id";
    private const string ClientCertHeader = "x-forwarded-client-cert";

    private readonly HttpPipelineOptions options;
    private readonly IEndpointDirectory directory;
    private readonly ForwardLoop loop;
    private readonly FaultInjection faults;
    private readonly EdgeHeaders? edge;
    private readonly IAccessLog log;
    private readonly TimeProvider time;
    private readonly Random random;

    public HttpPipeline(
        HttpPipelineOptions options,
        IEndpointDirectory directory,
        UpstreamBalancer balancer,
        IHttpForwarding forwarding,
        UpstreamChannels channels,
        IAccessLog log,
        TimeProvider time,
        Random random)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
        this.directory = directory;
        this.log = log;
        this.time = time;
        this.random = random;
        edge = options.Edge ? new EdgeHeaders(options.TrustedProxies, options.ClientCert) : null;
        faults = new FaultInjection(options.Process, time, random);
        var mirror = new RequestMirror(directory, balancer, channels, time, random);
        loop = new ForwardLoop(balancer, forwarding, mirror, options, time, random);
    }

    /// <summary>Serves a request by <paramref name="routes"/>; null routes answer 404, as an empty table would.</summary>
    /// <param name="listenerPort">Port of the listener, as routes may match on it.</param>
    public async Task RouteAsync(HttpContext context, HttpRouteTable? routes, int listenerPort)
    {
        ArgumentNullException.ThrowIfNull(context);
        var record = Begin(context);
        try
        {
            await RouteAsync(context, routes, listenerPort, record).ConfigureAwait(false);
        }
        finally
        {
            End(context, record);
        }
    }

    /// <summary>Serves a request by a plan that is already made, such as an inbound proxy's way to its application.</summary>
    public async Task ForwardAsync(HttpContext context, ForwardPlan plan)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(plan);
        var record = Begin(context);
        record.Path = plan.Target.PathAndQuery;
        try
        {
            await loop.RunAsync(context, plan, record).ConfigureAwait(false);
        }
        finally
        {
            End(context, record);
        }
    }

    /// <summary>Answers a request that policy does not let pass, as Envoy does.</summary>
    public Task DenyAsync(HttpContext context, AccessDenial denial)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(denial);
        var isUnknown = denial.Status == StatusCodes.Status401Unauthorized;
        // RFC 9110 section 15.5.2, RFC 6750 section 3.
        if (isUnknown)
            context.Response.OnStarting(() =>
            {
                context.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
                return Task.CompletedTask;
            });
        return RefuseAsync(
            context, denial.Status, isUnknown ? GrpcStatus.Unauthenticated : GrpcStatus.PermissionDenied, denial.Flags, denial.Message, denial.Details);
    }

    /// <summary>Answers a request itself, with one access log line that says why.</summary>
    /// <param name="flags">One of <see cref="ResponseFlags"/>.</param>
    /// <param name="details">For the log, where callers are not told as much; null: the message.</param>
    public async Task RefuseAsync(
        HttpContext context, int httpStatus, int grpcStatus, string flags, string message, string? details = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        var record = Begin(context);
        record.Path = RequestTarget.Of(context)?.PathAndQuery;
        try
        {
            await RefuseAsync(context, record, httpStatus, grpcStatus, flags, message, details).ConfigureAwait(false);
        }
        finally
        {
            End(context, record);
        }
    }

    internal static Task RefuseAsync(
        HttpContext context, RequestLog record, int httpStatus, int grpcStatus, string flags, string message, string? details = null)
    {
        record.Flags = flags;
        record.Details = details ?? message;
        if (GrpcStatus.IsGrpc(context.Request)) record.GrpcStatus = grpcStatus;
        return LocalReply.WriteAsync(context, httpStatus, grpcStatus, message, isOverloaded: flags == ResponseFlags.UpstreamOverflow);
    }

    private Task RouteAsync(HttpContext context, HttpRouteTable? routes, int listenerPort, RequestLog record)
    {
        var request = context.Request;
        var authority = request.Host.Value ?? "";
        if (RequestTarget.Of(context) is not { } target)
        {
            return RefuseAsync(context, record, StatusCodes.Status400BadRequest, GrpcStatus.Internal, ResponseFlags.DownstreamProtocolError,
                $"{options.Process}: the request target of {request.Method} is not a path");
        }

        record.Path = target.PathAndQuery;
        var headers = request.Headers;
        var asked = new RouteRequest(
            request.Method, request.Scheme, authority, target.Path, target.Query, listenerPort,
            name => headers.TryGetValue(name, out var values) ? values.ToString() : null);
        var match = routes?.Match(asked);
        // At the edge only, where browsers are.
        return options.Edge && GrpcWebMediaType.Parse(request.ContentType) is { } web && !SpeaksGrpcWeb(match)
            ? ServeGrpcWebAsync(context, web, match, authority, target, record)
            : ServeAsync(context, match, authority, target, record);
    }

    /// <summary>An application on a port that is declared <c>http</c> cannot be asked in gRPC, but may know gRPC-Web itself.</summary>
    private bool SpeaksGrpcWeb(RouteMatch? match)
    {
        if (match?.Route.Action is not RouteAction.Forward forward) return false;
        foreach (var destination in forward.Destinations)
            if (directory.Find(destination.Upstream)?.Protocol == ServiceProtocol.Http) return true;
        return false;
    }

    private async Task ServeGrpcWebAsync(
        HttpContext context, GrpcWebMediaType type, RouteMatch? match, string authority, RequestTarget target, RequestLog record)
    {
        var exchange = new GrpcWebExchange(context, type);
        await ServeAsync(context, match, authority, target, record).ConfigureAwait(false);
        await exchange.EndAsync().ConfigureAwait(false);
    }

    private async Task ServeAsync(HttpContext context, RouteMatch? found, string authority, RequestTarget target, RequestLog record)
    {
        var request = context.Request;
        if (found is not { } match)
        {
            await RefuseAsync(context, record, StatusCodes.Status404NotFound, GrpcStatus.Unimplemented, ResponseFlags.NoRoute,
                $"{options.Process}: no route for {request.Method} {authority}{target.Path}").ConfigureAwait(false);
            return;
        }

        record.RouteName = match.Route.Name;
        if (match.Route.Cors is { } cors && CrossOrigin.Answers(context, cors))
        {
            record.Details = "cors_preflight";
            return;
        }

        if (match.Route.Fault is { } fault && await faults.EndsAsync(context, fault, record).ConfigureAwait(false)) return;
        switch (match.Route.Action)
        {
            case RouteAction.Redirect redirect:
                record.Details = "redirect";
                context.Response.StatusCode = redirect.Code;
                context.Response.Headers.Location = RouteActions.Location(match, redirect, request.Scheme, authority, target);
                ForwardedMessage.ApplyResponse(context, [match.Route.Headers]);
                break;
            case RouteAction.DirectResponse direct:
                record.Details = "direct_response";
                if (GrpcStatus.IsGrpc(request)) record.GrpcStatus = GrpcStatus.OfHttp(direct.Status);
                await LocalReply.WriteAsync(context, direct, match.Route.Headers).ConfigureAwait(false);
                break;
            case RouteAction.Forward forward:
                await ForwardAsync(context, match, forward, authority, target, record).ConfigureAwait(false);
                break;
        }
    }

    private async Task ForwardAsync(
        HttpContext context, RouteMatch match, RouteAction.Forward forward, string authority, RequestTarget target, RequestLog record)
    {
        var destination = DestinationChoice.Of(forward.Destinations, random);
        var key = destination.Upstream;
        record.ClusterName = key.ClusterName;
        if (directory.Find(key) is not { } upstream)
        {
            await RefuseAsync(context, record, destination.UnknownStatus, GrpcStatus.Unavailable, ResponseFlags.NoCluster,
                $"{options.Process}: {match.Route.Origin} routes to {key.Host}:{key.Port}, which no service has").ConfigureAwait(false);
            return;
        }

        var plan = new ForwardPlan
        {
            Upstream = upstream,
            ClusterName = key.ClusterName,
            RouteName = match.Route.Name,
            Authority = destination.RewriteAuthority ?? match.Route.RewriteAuthority ?? authority,
            Target = RouteActions.Rewrite(match, target),
            Timeout = match.Route.Timeout,
            Retries = match.Route.Retries,
            // As Envoy has it: what stands at one of several destinations comes before the route's, what stands at the only one is the route's.
            Headers = forward.Destinations.Length == 1
                ? [match.Route.Headers, destination.Headers]
                : [destination.Headers, match.Route.Headers],
            Mirrors = match.Route.Mirrors,
            Hash = upstream.Policy.Hash is { } hash ? RequestHash.Of(context, hash, target) : null,
        };
        await loop.RunAsync(context, plan, record).ConfigureAwait(false);
    }

    private RequestLog Begin(HttpContext context)
    {
        var record = new RequestLog(time);
        var headers = context.Request.Headers;
        if (edge is not null) edge.Apply(context);
        else if (!options.KeepForwardedClientCert) headers.Remove(ClientCertHeader);
        record.IsGrpc = GrpcStatus.IsGrpc(context.Request);
        options.Peers?.Receive(context, record);
        record.RequestId = RequestId(headers);
        options.Tracing?.Begin(context, record, options.Edge);
        // Lines of one call are joined by its trace, so a log needs one; without a log and without traces nobody does.
        if (record.TraceId is null && log.IsEnabled) record.TraceId = TraceContext.Ensure(headers).TraceId;
        return record;
    }

    private void End(HttpContext context, RequestLog record)
    {
        options.Telemetry?.Ended(context, record);
        options.Tracing?.End(context, record);
        if (log.IsEnabled) log.Write(record.Entry(context, options.Process, log.Format));
    }

    private static string RequestId(IHeaderDictionary headers)
    {
        const int longest = 128;
        var given = headers[RequestIdHeader].ToString();
        if (given.Length is > 0 and <= longest) return given;
        var made = RequestIds.Next();
        headers[RequestIdHeader] = made;
        return made;
    }
}
