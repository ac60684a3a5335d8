using System.Globalization;
using System.Text;
using Mesh.Config.Routing;
using Microsoft.AspNetCore.Http;

namespace Mesh.DataPlane.Http;

/// <summary>Answers that a proxy gives itself: a gRPC status to gRPC callers, a short text to others.</summary>
public static class LocalReply
{
    /// <summary>What a route says itself, with its header changes. gRPC callers are told the status and the text as a gRPC status.</summary>
    public static async Task WriteAsync(HttpContext context, RouteAction.DirectResponse direct, HeaderOperations headers)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(direct);
        if (GrpcStatus.IsGrpc(context.Request))
        {
            await WriteAsync(context, direct.Status, GrpcStatus.OfHttp(direct.Status), direct.Body).ConfigureAwait(false);
            return;
        }

        var response = context.Response;
        var body = direct.Body.Length > 0 ? Encoding.UTF8.GetBytes(direct.Body) : direct.Bytes;
        response.StatusCode = direct.Status;
        if (body.Length > 0) response.ContentType = "text/plain";
        ForwardedMessage.ApplyResponse(context, [headers]);
        if (body.Length > 0 && !HttpMethods.IsHead(context.Request.Method))
            await response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
    }

    /// <param name="grpcStatus">Sent as trailers-only response with HTTP 200, as gRPC clients expect.</param>
    /// <param name="message">Names the thing and the reason; no stack traces, no line breaks.</param>
    /// <param name="isOverloaded">Tells the caller, as Envoy does, that a limit was reached and no endpoint was asked.</param>
    public static async Task WriteAsync(
        HttpContext context, int httpStatus, int grpcStatus, string message, bool isOverloaded = false)
    {
        ArgumentNullException.ThrowIfNull(context);
        var response = context.Response;
        if (response.HasStarted) return;
        response.Clear();
        if (isOverloaded) response.Headers["x-envoy-overloaded"] = "true";
        if (GrpcStatus.IsGrpc(context.Request))
        {
            response.StatusCode = StatusCodes.Status200OK;
            response.ContentType = "application/grpc";
            response.Headers[GrpcStatus.StatusHeader] = grpcStatus.ToString(CultureInfo.InvariantCulture);
            response.Headers[GrpcStatus.MessageHeader] = GrpcStatus.EncodeMessage(message);
            await response.CompleteAsync().ConfigureAwait(false);
            return;
        }

        response.StatusCode = httpStatus;
        response.ContentType = "text/plain; charset=utf-8";
        if (HttpMethods.IsHead(context.Request.Method)) return;
        await response.WriteAsync(message + "\n", context.RequestAborted).ConfigureAwait(false);
    }
}
