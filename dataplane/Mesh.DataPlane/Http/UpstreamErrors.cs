using Mesh.DataPlane.Upstreams;

namespace Mesh.DataPlane.Http;

/// <summary>Reads off an exception of the HTTP client what happened at the endpoint.</summary>
public static class UpstreamErrors
{
    private const long RefusedStream = 7;

    public static UpstreamFailure Classify(Exception error)
    {
        for (var current = error; current is not null; current = current.InnerException)
        {
            switch (current)
            {
                case UpstreamException upstream:
                    return upstream.Failure;
                case HttpProtocolException { ErrorCode: RefusedStream }:
                    return UpstreamFailure.RefusedStream;
                case TimeoutException:
                    return UpstreamFailure.Timeout;
            }
        }

        return UpstreamFailure.Reset;
    }

    /// <summary>The innermost message, which names the cause; the outer ones only say that sending failed.</summary>
    public static string Describe(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        var current = error;
        while (current is not UpstreamException && current.InnerException is { } inner) current = inner;
        return current.Message;
    }

    /// <summary>True when the connection was given up before the request was sent.</summary>
    public static bool IsConnect(UpstreamFailure failure) => failure is UpstreamFailure.Connect or UpstreamFailure.Tls;
}
