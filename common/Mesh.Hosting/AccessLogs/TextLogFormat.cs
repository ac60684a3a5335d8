using System.Collections.Immutable;

namespace Mesh.Hosting.AccessLogs;

/// <summary>Lines of text by a format string; Istio's own unless another is given.</summary>
/// <remarks>Source: Istio, "Envoy Access Logs: default access log format".</remarks>
public sealed class TextLogFormat : IAccessLogFormat
{
    /// <summary>Istio's default.</summary>
    public const string Istio =
        "[%START_TIME%] \"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\" %RESPONSE_CODE% %RESPONSE_FLAGS% "
        + "%RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% \"%UPSTREAM_TRANSPORT_FAILURE_REASON%\" %BYTES_RECEIVED% "
        + "%BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% \"%REQ(X-FORWARDED-FOR)%\" \"%REQ(USER-AGENT)%\" "
        + "\"%REQ(X-REQUEST-ID)%\" \"%REQ(:AUTHORITY)%\" \"%UPSTREAM_HOST%\" %UPSTREAM_CLUSTER_RAW% %UPSTREAM_LOCAL_ADDRESS% "
        + "%DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% %ROUTE_NAME%";

    private readonly FormatString format;

    /// <param name="format">A line end at its end is not needed and does no harm.</param>
    /// <exception cref="FormatException">An operator is not supported.</exception>
    public TextLogFormat(string format = Istio)
    {
        ArgumentNullException.ThrowIfNull(format);
        this.format = FormatString.Parse(format.TrimEnd('\n').Replace("\\n", "", StringComparison.Ordinal));
        RequestHeaders = [.. this.format.RequestHeaders.Distinct()];
        ResponseHeaders = [.. this.format.ResponseHeaders.Distinct()];
    }

    public ImmutableArray<string> RequestHeaders { get; }

    public ImmutableArray<string> ResponseHeaders { get; }

    /// <summary>Envoy writes about a connection once, when it is over.</summary>
    public string? Line(AccessLogEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry.Kind == AccessLogKind.TcpConnected ? null : format.Text(entry);
    }
}
