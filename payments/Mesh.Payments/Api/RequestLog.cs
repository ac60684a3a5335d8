using System.Diagnostics;
using System.Globalization;
using Mesh.Hosting.AccessLogs;
using Mesh.Hosting.Redaction;
using Microsoft.AspNetCore.Http.Features;

namespace Mesh.Payments.Api;

/// <summary>
/// Middleware: determines the caller and the trace of each request, and writes one access log line when it ended. Nothing
/// that looks like a card number gets into the line.
/// </summary>
internal sealed class RequestLog(RequestDelegate next, CallerIdentities identities, IAccessLog log, string process, TimeProvider time)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var start = time.GetTimestamp();
        var startTime = time.GetUtcNow();
        // The address is noted now: it is gone once the connection is.
        var (local, remote) = (LocalAddress(context.Connection), RemoteAddress(context.Connection));
        var (peer, identity) = identities.Of(context);
        var caller = new Caller(identity, TraceId(context.Request.Headers.TraceParent)) { Peer = peer };
        caller.Set(context);
        try
        {
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            log.Write(Line(context, caller, startTime, local, remote) with { Duration = time.GetElapsedTime(start).TotalMilliseconds });
        }
    }

    private AccessLogEntry Line(HttpContext context, Caller caller, DateTimeOffset startTime, string? local, string? remote)
    {
        var (request, response) = (context.Request, context.Response);
        var aborted = context.RequestAborted.IsCancellationRequested;
        return new AccessLogEntry
        {
            StartTime = startTime,
            Process = process,
            Kind = AccessLogKind.Http,
            Method = request.Method,
            Path = CardNumbers.Redact(request.Path + request.QueryString.Value),
            Protocol = request.Protocol,
            ResponseCode = aborted && !response.HasStarted ? 0 : response.StatusCode,
            ResponseFlags = aborted ? "DC" : "-",
            BytesReceived = request.ContentLength ?? 0,
            BytesSent = response.ContentLength ?? 0,
            UserAgent = CardNumbers.Redact(request.Headers.UserAgent),
            RequestId = CardNumbers.Redact(request.Headers["x-request-id"]),
            Authority = CardNumbers.Redact(request.Host.Value),
            DownstreamLocalAddress = local,
            DownstreamRemoteAddress = remote,
            TraceId = caller.TraceId,
            DownstreamPeerUriSan = caller.Peer is null ? null : CardNumbers.Redact(caller.Peer),
            GrpcStatus = GrpcStatus(context),
        };
    }

    private static int? GrpcStatus(HttpContext context)
    {
        var text = context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers["grpc-status"].ToString();
        if (string.IsNullOrEmpty(text)) text = context.Response.Headers["grpc-status"].ToString();
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? status : null;
    }

    /// <summary>That of a well-formed traceparent (W3C Trace Context), otherwise a new one.</summary>
    private static string TraceId(string? traceparent) =>
        traceparent is not null && ActivityContext.TryParse(traceparent, null, out var context)
            ? context.TraceId.ToHexString()
            : ActivityTraceId.CreateRandom().ToHexString();

    private static string? LocalAddress(ConnectionInfo connection) =>
        connection.LocalIpAddress is { } address ? new System.Net.IPEndPoint(Plain(address), connection.LocalPort).ToString() : null;

    private static string? RemoteAddress(ConnectionInfo connection) =>
        connection.RemoteIpAddress is { } address ? new System.Net.IPEndPoint(Plain(address), connection.RemotePort).ToString() : null;

    private static System.Net.IPAddress Plain(System.Net.IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
