using System.Diagnostics.Metrics;

namespace Mesh.DataPlane.Tcp;

/// <summary>Counters about connections as such, on the meter <c>Mesh.DataPlane.Connections</c>.</summary>
internal static class ConnectionMeter
{
    private static readonly Meter Meter = new("Mesh.DataPlane.Connections");

    private static readonly Counter<long> ProxyHeaders = Meter.CreateCounter<long>(
        "mesh_proxy_protocol_headers_total", description: "Connections that had to begin with a PROXY protocol header, by result.");

    private static readonly KeyValuePair<string, object?> Accepted = new("result", "accepted");
    private static readonly KeyValuePair<string, object?> Refused = new("result", "refused");

    public static void ProxyHeader(bool accepted) => ProxyHeaders.Add(1, accepted ? Accepted : Refused);
}
