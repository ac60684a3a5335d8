using System.Text.Json.Serialization;

namespace Mesh.Hosting.AccessLogs;

[JsonConverter(typeof(JsonStringEnumConverter<AccessLogKind>))]
public enum AccessLogKind
{
    [JsonStringEnumMemberName("http")] Http,
    [JsonStringEnumMemberName("tcp-connected")] TcpConnected,
    [JsonStringEnumMemberName("tcp-closed")] TcpClosed,

    /// <summary>A connection that was turned away before anything was forwarded.</summary>
    [JsonStringEnumMemberName("refused")] Refused,
}
