using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Mesh.DataPlane.Http;

/// <summary>
/// Ends a gRPC response that broke off at the endpoint with the status that the caller would see if it had called the endpoint itself:
/// it says more than a broken stream would.
/// </summary>
/// <remarks>Source: gRPC, "PROTOCOL-HTTP2.md", "Errors".</remarks>
public static class GrpcInterruption
{
    /// <param name="context">Its response has started, and can have trailers.</param>
    /// <param name="error">What the HTTP client threw; null when it is not known.</param>
    /// <param name="timedOut">The request's time is over.</param>
    public static void End(HttpContext context, Exception? error, bool timedOut)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.RequestAborted.IsCancellationRequested) return;
        var (status, message) = timedOut
            ? (GrpcStatus.DeadlineExceeded, "upstream did not finish in time")
            : Of(error);
        context.Response.AppendTrailer(GrpcStatus.StatusHeader, status.ToString(CultureInfo.InvariantCulture));
        context.Response.AppendTrailer(GrpcStatus.MessageHeader, GrpcStatus.EncodeMessage(message));
    }

    private static (int Status, string Message) Of(Exception? error)
    {
        for (var current = error; current is not null; current = current.InnerException)
        {
            if (current is not HttpProtocolException { ErrorCode: var code }) continue;
            return (OfHttp2((int)code), string.Create(CultureInfo.InvariantCulture, $"upstream reset the stream (HTTP/2 error {code})"));
        }

        return (GrpcStatus.Unavailable, "upstream connection was lost during the response");
    }

    /// <param name="code">Of RST_STREAM or GOAWAY.</param>
    private static int OfHttp2(int code) => code switch
    {
        7 => GrpcStatus.Unavailable,
        8 => GrpcStatus.Cancelled,
        11 => GrpcStatus.ResourceExhausted,
        12 => GrpcStatus.PermissionDenied,
        _ => GrpcStatus.Internal,
    };
}
