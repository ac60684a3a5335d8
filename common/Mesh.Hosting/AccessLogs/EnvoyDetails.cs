namespace Mesh.Hosting.AccessLogs;

/// <summary>Says in Envoy's words what an entry says in ours.</summary>
/// <remarks>Source: Envoy, "Response code details".</remarks>
internal static class EnvoyDetails
{
    /// <summary><c>%RESPONSE_CODE_DETAILS%</c>; null for TCP, as Envoy has none there.</summary>
    public static string? Of(AccessLogEntry entry)
    {
        if (entry.Kind != AccessLogKind.Http) return null;
        // The last flag says what came of it; earlier ones say what came before.
        var flags = entry.ResponseFlags.Split(',');
        var last = flags[^1] == "URX" && flags.Length > 1 ? flags[^2] : flags[^1];
        return last switch
        {
            "NR" => "route_not_found",
            "NC" => "cluster_not_found",
            "UH" => "no_healthy_upstream",
            "UF" => "upstream_reset_before_response_started{connection_failure}",
            "UO" => "upstream_reset_before_response_started{overflow}",
            "UC" => Reset(entry, "connection_termination"),
            "UR" => Reset(entry, "remote_reset"),
            "UT" => "upstream_response_timeout",
            "DC" => "downstream_remote_disconnect",
            "DPE" => "downstream_protocol_error",
            "FI" => "fault_filter_abort",
            "RL" => "request_rate_limited",
            "UAEX" => "ext_authz_denied",
            _ when entry.UpstreamHost is not null => "via_upstream",
            _ => entry.ResponseCodeDetails?.Replace(' ', '_') is { } own ? own == "redirect" ? "direct_response" : own : null,
        };
    }

    /// <summary><c>%UPSTREAM_TRANSPORT_FAILURE_REASON%</c>: why no connection came about.</summary>
    public static string? TransportFailure(AccessLogEntry entry) =>
        entry.ResponseFlags.Split(',').Contains("UF") ? entry.ResponseCodeDetails : null;

    private static string Reset(AccessLogEntry entry, string reason) => entry.BytesSent > 0
        ? $"upstream_reset_after_response_started{{{reason}}}"
        : $"upstream_reset_before_response_started{{{reason}}}";
}
