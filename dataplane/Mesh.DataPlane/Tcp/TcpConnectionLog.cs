using System.Net;
using System.Net.Sockets;
using Mesh.Config.Model;
using Mesh.DataPlane.Upstreams;
using Mesh.Hosting.AccessLogs;

namespace Mesh.DataPlane.Tcp;

/// <summary>
/// The access log lines of a raw TCP connection: one when its upstream is connected, one when it closed. Both carry all four
/// addresses, by which they are joined with the lines of the hops before and after.
/// </summary>
internal sealed class TcpConnectionLog
{
    private readonly IAccessLog log;
    private readonly TimeProvider time;
    private readonly long startedAt;
    private AccessLogEntry entry;

    public TcpConnectionLog(
        string process, IAccessLog log, TimeProvider time, Socket downstream, ClientHello hello, UpstreamKey upstream)
    {
        this.log = log;
        this.time = time;
        startedAt = time.GetTimestamp();
        entry = new AccessLogEntry
        {
            StartTime = time.GetUtcNow(),
            Process = process,
            Kind = AccessLogKind.TcpConnected,
            RequestedServerName = hello.ServerName,
            UpstreamCluster = upstream.Sni,
            DownstreamLocalAddress = downstream.LocalEndPoint?.ToString(),
            DownstreamRemoteAddress = downstream.RemoteEndPoint?.ToString(),
        };
    }

    public void Tried(ProxyEndpoint endpoint) => entry = entry with
    {
        UpstreamHost = EndpointId.Of(endpoint).ToString(),
        UpstreamViaNetwork = endpoint.IsGateway ? endpoint.ViaNetwork : null,
        Attempts = entry.Attempts + 1,
    };

    public void Connected(EndPoint local)
    {
        entry = entry with { UpstreamLocalAddress = local.ToString() };
        log.Write(entry with { Duration = Elapsed });
    }

    public void Closed(SpliceResult result) => log.Write(entry with
    {
        Kind = AccessLogKind.TcpClosed,
        BytesReceived = result.Received,
        BytesSent = result.Sent,
        ResponseFlags = result.Problem is null ? "-" : "UC",
        ResponseCodeDetails = result.Problem,
        Duration = Elapsed,
    });

    /// <summary>No endpoint took the connection.</summary>
    public void Failed(string flags, string problem) => log.Write(entry with
    {
        Kind = AccessLogKind.Refused,
        ResponseFlags = flags,
        ResponseCodeDetails = problem,
        Duration = Elapsed,
    });

    private double Elapsed => Math.Round(time.GetElapsedTime(startedAt).TotalMilliseconds, 3);
}
