using System.Text.Json.Serialization;

namespace Mesh.Hosting.AccessLogs;

/// <summary>
/// One line of a JSON access log. Names and meanings are those of Istio's default JSON format; what Istio has no key
/// for comes last. A request is one line when it ended; a raw TCP connection gives a line when its upstream is connected
/// and one when it closed.
/// </summary>
/// <remarks>Source: Istio, "Envoy Access Logs"; Envoy's response flags.</remarks>
public sealed record AccessLogEntry
{
    [JsonPropertyName("start_time")] public required DateTimeOffset StartTime { get; init; }
    [JsonPropertyName("method")] public string? Method { get; init; }
    [JsonPropertyName("path")] public string? Path { get; init; }

    /// <summary><c>HTTP/1.1</c> or <c>HTTP/2</c>; null for TCP.</summary>
    [JsonPropertyName("protocol")] public string? Protocol { get; init; }

    /// <summary>0 when no response was sent.</summary>
    [JsonPropertyName("response_code")] public int ResponseCode { get; init; }

    /// <summary>Envoy's flags, e.g. <c>UH</c>, <c>UF</c>, <c>NR</c>; <c>-</c> when none.</summary>
    [JsonPropertyName("response_flags")] public string ResponseFlags { get; init; } = "-";

    /// <summary>Why, in words, when something went wrong.</summary>
    [JsonPropertyName("response_code_details")] public string? ResponseCodeDetails { get; init; }

    [JsonPropertyName("bytes_received")] public long BytesReceived { get; init; }
    [JsonPropertyName("bytes_sent")] public long BytesSent { get; init; }

    /// <summary>Milliseconds.</summary>
    [JsonPropertyName("duration")] public double Duration { get; init; }

    /// <summary>Milliseconds from the try that answered until its response headers arrived; null when none did.</summary>
    [JsonPropertyName("upstream_service_time")] public double? UpstreamServiceTime { get; init; }

    [JsonPropertyName("x_forwarded_for")] public string? ForwardedFor { get; init; }

    [JsonPropertyName("user_agent")] public string? UserAgent { get; init; }
    [JsonPropertyName("request_id")] public string? RequestId { get; init; }
    [JsonPropertyName("authority")] public string? Authority { get; init; }

    /// <summary>Address and port of the endpoint that answered, or was tried last.</summary>
    [JsonPropertyName("upstream_host")] public string? UpstreamHost { get; init; }

    /// <summary><c>outbound|port|subset|host</c>, or <c>inbound|port||</c>.</summary>
    [JsonPropertyName("upstream_cluster")] public string? UpstreamCluster { get; init; }

    /// <summary>Our side of the upstream connection: joins this line with the next hop's <see cref="DownstreamRemoteAddress"/>.</summary>
    [JsonPropertyName("upstream_local_address")] public string? UpstreamLocalAddress { get; init; }

    [JsonPropertyName("downstream_local_address")] public string? DownstreamLocalAddress { get; init; }
    [JsonPropertyName("downstream_remote_address")] public string? DownstreamRemoteAddress { get; init; }

    /// <summary>SNI of the downstream connection.</summary>
    [JsonPropertyName("requested_server_name")] public string? RequestedServerName { get; init; }

    [JsonPropertyName("route_name")] public string? RouteName { get; init; }

    /// <summary>Name of the writing process, e.g. <c>gateway-a</c>.</summary>
    [JsonPropertyName("process")] public required string Process { get; init; }

    /// <summary>What the line is about.</summary>
    [JsonPropertyName("kind")] public required AccessLogKind Kind { get; init; }

    /// <summary>32 hex digits of the W3C traceparent; null for TCP.</summary>
    [JsonPropertyName("trace_id")] public string? TraceId { get; init; }

    /// <summary>URI SAN of the client's certificate as this process verified it, or as its own proxy told it (XFCC).</summary>
    [JsonPropertyName("downstream_peer_uri_san")] public string? DownstreamPeerUriSan { get; init; }

    [JsonPropertyName("upstream_peer_uri_san")] public string? UpstreamPeerUriSan { get; init; }

    /// <summary>Network whose east-west gateway was dialled; null when the endpoint was dialled directly.</summary>
    [JsonPropertyName("upstream_via_network")] public string? UpstreamViaNetwork { get; init; }

    [JsonPropertyName("grpc_status")] public int? GrpcStatus { get; init; }

    /// <summary>Tries in all; 1 when nothing was retried, 0 when no endpoint was tried.</summary>
    [JsonPropertyName("attempts")] public int Attempts { get; init; }

    /// <summary>Headers that the log's format asks for, names in lower case; null when it asks for none.</summary>
    [JsonIgnore] public IReadOnlyDictionary<string, string>? RequestHeaders { get; init; }

    /// <summary>As <see cref="RequestHeaders"/>, of the response.</summary>
    [JsonIgnore] public IReadOnlyDictionary<string, string>? ResponseHeaders { get; init; }
}
