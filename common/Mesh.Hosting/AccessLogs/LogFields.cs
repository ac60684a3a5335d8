using System.Collections.Frozen;

namespace Mesh.Hosting.AccessLogs;

/// <summary>What operators without arguments, and the headers that every entry has, read from an entry.</summary>
internal static class LogFields
{
    private static readonly FrozenDictionary<string, Func<AccessLogEntry, object?>> Fields =
        new Dictionary<string, Func<AccessLogEntry, object?>>
        {
            ["PROTOCOL"] = entry => entry.Protocol,
            ["RESPONSE_CODE"] = entry => entry.ResponseCode,
            ["RESPONSE_FLAGS"] = entry => entry.ResponseFlags,
            ["RESPONSE_CODE_DETAILS"] = EnvoyDetails.Of,
            ["CONNECTION_TERMINATION_DETAILS"] = _ => null,
            ["UPSTREAM_TRANSPORT_FAILURE_REASON"] = EnvoyDetails.TransportFailure,
            ["BYTES_RECEIVED"] = entry => entry.BytesReceived,
            ["BYTES_SENT"] = entry => entry.BytesSent,
            ["DURATION"] = entry => (long)entry.Duration,
            ["UPSTREAM_HOST"] = entry => entry.UpstreamHost,
            ["UPSTREAM_CLUSTER"] = entry => entry.UpstreamCluster,
            ["UPSTREAM_CLUSTER_RAW"] = entry => entry.UpstreamCluster,
            ["UPSTREAM_LOCAL_ADDRESS"] = entry => entry.UpstreamLocalAddress,
            ["UPSTREAM_REMOTE_ADDRESS"] = entry => entry.UpstreamHost,
            ["UPSTREAM_REQUEST_ATTEMPT_COUNT"] = entry => entry.Attempts,
            ["UPSTREAM_PEER_URI_SAN"] = entry => entry.UpstreamPeerUriSan,
            ["DOWNSTREAM_LOCAL_ADDRESS"] = entry => entry.DownstreamLocalAddress,
            ["DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT"] = entry => WithoutPort(entry.DownstreamLocalAddress),
            ["DOWNSTREAM_LOCAL_PORT"] = entry => Port(entry.DownstreamLocalAddress),
            ["DOWNSTREAM_REMOTE_ADDRESS"] = entry => entry.DownstreamRemoteAddress,
            ["DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT"] = entry => WithoutPort(entry.DownstreamRemoteAddress),
            ["DOWNSTREAM_DIRECT_REMOTE_ADDRESS"] = entry => entry.DownstreamRemoteAddress,
            ["DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT"] = entry => WithoutPort(entry.DownstreamRemoteAddress),
            ["DOWNSTREAM_PEER_URI_SAN"] = entry => entry.DownstreamPeerUriSan,
            ["REQUESTED_SERVER_NAME"] = entry => entry.RequestedServerName,
            ["ROUTE_NAME"] = entry => entry.RouteName,
            ["GRPC_STATUS"] = entry => entry.GrpcStatus is { } status ? GrpcName(status) : null,
            ["GRPC_STATUS_NUMBER"] = entry => entry.GrpcStatus,
            ["TRACE_ID"] = entry => entry.TraceId,
            ["HOSTNAME"] = _ => Environment.MachineName,
        }.ToFrozenDictionary(StringComparer.Ordinal);

    public static Func<AccessLogEntry, object?>? Find(string name) => Fields.GetValueOrDefault(name);

    /// <param name="name">In lower case.</param>
    public static string? RequestHeader(AccessLogEntry entry, string name) => name switch
    {
        ":method" => entry.Method,
        ":path" => entry.Path,
        ":authority" or "host" => entry.Authority,
        "user-agent" => entry.UserAgent,
        "x-request-id" => entry.RequestId,
        "x-forwarded-for" => entry.ForwardedFor,
        _ => entry.RequestHeaders?.GetValueOrDefault(name),
    };

    /// <param name="name">In lower case.</param>
    public static string? ResponseHeader(AccessLogEntry entry, string name) => name switch
    {
        "x-envoy-upstream-service-time" => entry.UpstreamServiceTime is { } time
            ? ((long)time).ToString(System.Globalization.CultureInfo.InvariantCulture)
            : null,
        _ => entry.ResponseHeaders?.GetValueOrDefault(name),
    };

    /// <summary>True for request headers that every entry has.</summary>
    public static bool IsKnownRequestHeader(string name) =>
        name is ":method" or ":path" or ":authority" or "host" or "user-agent" or "x-request-id" or "x-forwarded-for";

    private static string? WithoutPort(string? address) =>
        address?.LastIndexOf(':') is > 0 and var colon ? address[..colon].Trim('[', ']') : address;

    private static string? Port(string? address) => address?.LastIndexOf(':') is > 0 and var colon ? address[(colon + 1)..] : null;

    private static string GrpcName(int status) => status switch
    {
        0 => "OK",
        1 => "Canceled",
        2 => "Unknown",
        3 => "InvalidArgument",
        4 => "DeadlineExceeded",
        5 => "NotFound",
        6 => "AlreadyExists",
        7 => "PermissionDenied",
        8 => "ResourceExhausted",
        9 => "FailedPrecondition",
        10 => "Aborted",
        11 => "OutOfRange",
        12 => "Unimplemented",
        13 => "Internal",
        14 => "Unavailable",
        15 => "DataLoss",
        16 => "Unauthenticated",
        _ => status.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };
}
