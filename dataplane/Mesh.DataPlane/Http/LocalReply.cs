using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Mesh.DataPlane.Http;

/// <summary>Answers that a proxy gives itself: a gRPC status to gRPC callers, a short text to others.</summary>
public static class LocalReply
{
    /// <param name="grpcStatus">Sent as trailers-only response with HTTP 200, as gRPC clients expect.</param>
    /// <param name="message">Names the thing and the reason; no stack traces, no line breaks.</param>
    public static async Task WriteAsync(HttpContext context, int httpStatus, int grpcStatus, string message)
    {
        ArgumentNullException.ThrowIfNull(context);
        var response = context.Response;
        if (response.HasStarted) return;
        response.Clear();
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
