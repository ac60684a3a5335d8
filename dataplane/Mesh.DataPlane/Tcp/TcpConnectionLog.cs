using Mesh.Config.Model;
using Mesh.DataPlane.Upstreams;
using Mesh.Hosting.AccessLogs;

namespace Mesh.DataPlane.Tcp;

/// <summary>
/// The access log lines of a connection that is carried as bytes: one when its upstream is connected, one when it closed. Both
/// carry all four addresses, by which they are joined with the lines of the hops before and after.
/// </summary>
internal sealed class TcpConnectionLog
{
    private readonly IAccessLog log;
    private readonly TimeProvider time;
    private readonly long startedAt;
    private AccessLogEntry entry;

    public TcpConnectionLog(string process, IAccessLog log, TimeProvider time, TcpDownstream downstream, TcpForwardPlan plan)
    {
        this.log = log;
        this.time = time;
        startedAt = time.GetTimestamp();
        entry = new AccessLogEntry
        {
            StartTime = time.GetUtcNow(),
            Process = process,
            Kind = AccessLogKind.TcpConnected,
            Authority = plan.Authority,
            RequestedServerName = downstream.ServerName,
            UpstreamCluster = plan.ClusterName,
            DownstreamPeerUriSan = downstream.Peer?.ToString(),
            DownstreamLocalAddress = downstream.Local?.ToString(),
            DownstreamRemoteAddress = downstream.Remote?.ToString(),
        };
    }

    private double Elapsed => Math.Round(time.GetElapsedTime(startedAt).TotalMilliseconds, 3);

    public void Tried(ProxyEndpoint endpoint) => entry = entry with
    {
        UpstreamHost = EndpointId.Of(endpoint).ToString(),
        UpstreamViaNetwork = endpoint.IsGateway ? endpoint.ViaNetwork : null,
        Attempts = entry.Attempts + 1,
    };

    public void Connected(UpstreamConnection upstream)
    {
        entry = entry with { UpstreamLocalAddress = upstream.Local.ToString(), UpstreamPeerUriSan = upstream.Peer?.ToString() };
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
    public void Refused(string flags, string problem) => log.Write(entry with
    {
        Kind = AccessLogKind.Refused,
        ResponseFlags = flags,
        ResponseCodeDetails = problem,
        Duration = Elapsed,
    });
}
