using Mesh.Config.Model;
using Mesh.DataPlane.Tcp;
using Mesh.DataPlane.Upstreams;
using Mesh.Hosting.AccessLogs;
using Microsoft.AspNetCore.Connections;

namespace Mesh.VmAgent.Proxy;

/// <summary>The access log lines of one connection that is carried as bytes.</summary>
internal sealed class RawConnectionLog
{
    private readonly IAccessLog log;
    private readonly TimeProvider time;
    private readonly long startedAt;
    private AccessLogEntry entry;

    public RawConnectionLog(string process, IAccessLog log, TimeProvider time, ConnectionContext connection, string? authority)
    {
        this.log = log;
        this.time = time;
        startedAt = time.GetTimestamp();
        var mesh = connection.Features.Get<IMeshConnectionFeature>();
        entry = new AccessLogEntry
        {
            StartTime = time.GetUtcNow(),
            Process = process,
            Kind = AccessLogKind.TcpConnected,
            Authority = authority,
            RequestedServerName = mesh?.ServerName,
            DownstreamPeerUriSan = mesh?.Peer?.ToString(),
            DownstreamLocalAddress = connection.LocalEndPoint?.ToString(),
            DownstreamRemoteAddress = connection.RemoteEndPoint?.ToString(),
        };
    }

    private double Elapsed => Math.Round(time.GetElapsedTime(startedAt).TotalMilliseconds, 3);

    public void Tried(ProxyEndpoint endpoint, string clusterName) => entry = entry with
    {
        UpstreamCluster = clusterName,
        UpstreamHost = EndpointId.Of(endpoint).ToString(),
        UpstreamViaNetwork = endpoint.IsGateway ? endpoint.ViaNetwork : null,
        Attempts = entry.Attempts + 1,
    };

    public void Connected(UpstreamConnection upstream)
    {
        entry = entry with { UpstreamLocalAddress = upstream.Local.ToString(), UpstreamPeerUriSan = upstream.Peer?.ToString() };
        log.Write(entry with { Duration = Elapsed });
    }

    public void Closed(long received, long sent, string? problem) => log.Write(entry with
    {
        Kind = AccessLogKind.TcpClosed,
        BytesReceived = received,
        BytesSent = sent,
        ResponseFlags = problem is null ? "-" : "UC",
        ResponseCodeDetails = problem,
        Duration = Elapsed,
    });

    public void Refused(string flags, string problem) => log.Write(entry with
    {
        Kind = AccessLogKind.Refused,
        ResponseFlags = flags,
        ResponseCodeDetails = problem,
        Duration = Elapsed,
    });
}
