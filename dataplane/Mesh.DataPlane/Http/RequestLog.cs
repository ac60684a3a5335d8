using System.Collections.Immutable;
using System.Net;
using Mesh.Config.Model;
using Mesh.DataPlane.Identity;
using Mesh.DataPlane.Tcp;
using Mesh.DataPlane.Telemetry;
using Mesh.DataPlane.Upstreams;
using Mesh.Hosting.AccessLogs;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Mesh.DataPlane.Http;

/// <summary>Collects what the access log says about one request.</summary>
internal sealed class RequestLog
{
    private readonly DateTimeOffset started;
    private readonly long startedAt;
    private readonly TimeProvider time;

    public RequestLog(TimeProvider time)
    {
        this.time = time;
        started = time.GetUtcNow();
        startedAt = time.GetTimestamp();
    }

    public string Flags { get; set; } = ResponseFlags.None;

    /// <summary>Flag of a fault that came before everything else; stands in front of <see cref="Flags"/>.</summary>
    public string? Injected { get; set; }

    public string? Details { get; set; }
    public string? TraceId { get; set; }

    /// <summary>Null when this request is not traced.</summary>
    public RequestTrace? Trace { get; set; }

    public string? RequestId { get; set; }
    public string? RouteName { get; set; }
    public string? ClusterName { get; set; }
    public string? Path { get; set; }
    public EndPoint? UpstreamLocal { get; set; }
    public SpiffeId? UpstreamPeer { get; set; }
    public int? GrpcStatus { get; set; }
    public int Attempts { get; set; }

    /// <summary>Where the request went; null when no destination was found.</summary>
    public Upstream? Upstream { get; set; }

    /// <summary>The endpoint that was tried last; null before the first.</summary>
    public ProxyEndpoint? Endpoint { get; private set; }

    /// <summary>What the workload on the other side told of itself; null when it told nothing.</summary>
    public WorkloadMetadata? Peer { get; set; }

    public RequestBody? Body { get; set; }
    public long BytesSent { get; set; }

    /// <summary>From the begin of the last try until its response headers arrived; null when none did.</summary>
    public TimeSpan? ServiceTime { get; set; }

    /// <summary>The caller speaks gRPC, whatever became of the call.</summary>
    public bool IsGrpc { get; set; }

    /// <summary>Counts what the server answers; null where nobody wants to know.</summary>
    public GrpcMessageCounter? ResponseMessages { get; set; }

    /// <summary>Set when the caller never saw a status.</summary>
    public bool NoResponse { get; set; }

    public TimeSpan Elapsed => time.GetElapsedTime(startedAt);

    /// <param name="format">What the line will be written as, which may want more headers.</param>
    public AccessLogEntry Entry(HttpContext context, string process, IAccessLogFormat format)
    {
        var connection = context.Connection;
        var mesh = context.Features.Get<IMeshConnectionFeature>();
        return new AccessLogEntry
        {
            StartTime = started,
            Process = process,
            Kind = AccessLogKind.Http,
            Method = context.Request.Method,
            Path = Path,
            Protocol = HttpProtocol.IsHttp2(context.Request.Protocol) ? "HTTP/2" : context.Request.Protocol,
            ResponseCode = NoResponse ? 0 : context.Response.StatusCode,
            ResponseFlags = AllFlags,
            ResponseCodeDetails = Details,
            BytesReceived = Body?.Received ?? 0,
            BytesSent = BytesSent,
            Duration = Math.Round(Elapsed.TotalMilliseconds, 3),
            UserAgent = NullIfEmpty(context.Request.Headers.UserAgent),
            RequestId = RequestId,
            Authority = NullIfEmpty(context.Request.Host.Value),
            UpstreamHost = Endpoint is { } tried ? EndpointId.Of(tried).ToString() : null,
            UpstreamCluster = ClusterName,
            UpstreamLocalAddress = UpstreamLocal?.ToString(),
            DownstreamLocalAddress = Address(connection.LocalIpAddress, connection.LocalPort),
            DownstreamRemoteAddress = Address(connection.RemoteIpAddress, connection.RemotePort),
            RequestedServerName = mesh?.ServerName ?? context.Features.Get<ITlsHandshakeFeature>()?.HostName,
            RouteName = RouteName,
            TraceId = TraceId,
            DownstreamPeerUriSan = mesh?.Peer?.ToString(),
            UpstreamPeerUriSan = UpstreamPeer?.ToString(),
            UpstreamViaNetwork = NullIfEmpty(Endpoint?.ViaNetwork),
            GrpcStatus = GrpcStatus,
            Attempts = Attempts,
            UpstreamServiceTime = ServiceTime is { } served ? Math.Round(served.TotalMilliseconds, 3) : null,
            ForwardedFor = NullIfEmpty(context.Request.Headers["x-forwarded-for"]),
            RequestHeaders = Wanted(format.RequestHeaders, context.Request.Headers),
            ResponseHeaders = Wanted(format.ResponseHeaders, context.Response.Headers),
        };
    }

    public void Tried(ProxyEndpoint endpoint)
    {
        Attempts++;
        Endpoint = endpoint;
    }

    /// <summary>As access logs and metrics tell them.</summary>
    public string AllFlags => (Injected, Flags) switch
    {
        (null, _) => Flags,
        (_, ResponseFlags.None) => Injected,
        _ => $"{Injected},{Flags}",
    };

    private static string? Address(IPAddress? address, int port) => address is null ? null : new IPEndPoint(address, port).ToString();

    private static Dictionary<string, string>? Wanted(ImmutableArray<string> names, IHeaderDictionary headers) => names.IsEmpty
        ? null
        : names.Where(headers.ContainsKey).ToDictionary(name => name, name => headers[name].ToString(), StringComparer.Ordinal);

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
