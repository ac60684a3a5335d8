using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Mesh.Hosting.AccessLogs;

/// <summary>JSON lines by a dictionary of format strings; Istio's own unless another is given. Numbers are numbers, and nothing is null.</summary>
/// <remarks>Source: Istio, "Envoy Access Logs"; Envoy, "Format dictionaries".</remarks>
public sealed class JsonLogFormat : IAccessLogFormat
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ImmutableArray<(string Key, FormatString Format)> fields;

    /// <param name="fields">Keys with format strings.</param>
    /// <exception cref="FormatException">An operator is not supported.</exception>
    public JsonLogFormat(IEnumerable<KeyValuePair<string, string>> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        this.fields = [.. fields.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => (field.Key, FormatString.Parse(field.Value)))];
        RequestHeaders = [.. this.fields.SelectMany(field => field.Format.RequestHeaders).Distinct()];
        ResponseHeaders = [.. this.fields.SelectMany(field => field.Format.ResponseHeaders).Distinct()];
    }

    /// <summary>Istio's default.</summary>
    public static IReadOnlyDictionary<string, string> Istio { get; } = new Dictionary<string, string>
    {
        ["start_time"] = "%START_TIME%",
        ["route_name"] = "%ROUTE_NAME%",
        ["method"] = "%REQ(:METHOD)%",
        ["path"] = "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%",
        ["protocol"] = "%PROTOCOL%",
        ["response_code"] = "%RESPONSE_CODE%",
        ["response_flags"] = "%RESPONSE_FLAGS%",
        ["response_code_details"] = "%RESPONSE_CODE_DETAILS%",
        ["connection_termination_details"] = "%CONNECTION_TERMINATION_DETAILS%",
        ["bytes_received"] = "%BYTES_RECEIVED%",
        ["bytes_sent"] = "%BYTES_SENT%",
        ["duration"] = "%DURATION%",
        ["upstream_service_time"] = "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%",
        ["x_forwarded_for"] = "%REQ(X-FORWARDED-FOR)%",
        ["user_agent"] = "%REQ(USER-AGENT)%",
        ["request_id"] = "%REQ(X-REQUEST-ID)%",
        ["authority"] = "%REQ(:AUTHORITY)%",
        ["upstream_host"] = "%UPSTREAM_HOST%",
        ["upstream_cluster"] = "%UPSTREAM_CLUSTER_RAW%",
        ["upstream_local_address"] = "%UPSTREAM_LOCAL_ADDRESS%",
        ["downstream_local_address"] = "%DOWNSTREAM_LOCAL_ADDRESS%",
        ["downstream_remote_address"] = "%DOWNSTREAM_REMOTE_ADDRESS%",
        ["requested_server_name"] = "%REQUESTED_SERVER_NAME%",
        ["upstream_transport_failure_reason"] = "%UPSTREAM_TRANSPORT_FAILURE_REASON%",
    };

    public ImmutableArray<string> RequestHeaders { get; }

    public ImmutableArray<string> ResponseHeaders { get; }

    /// <summary>Envoy writes about a connection once, when it is over.</summary>
    public string? Line(AccessLogEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry.Kind == AccessLogKind.TcpConnected) return null;
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            foreach (var (key, format) in fields) Write(json, key, format.Value(entry));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, string key, object? value)
    {
        switch (value)
        {
            case null: json.WriteNull(key); break;
            case int number: json.WriteNumber(key, number); break;
            case long number: json.WriteNumber(key, number); break;
            default: json.WriteString(key, value.ToString()); break;
        }
    }
}
