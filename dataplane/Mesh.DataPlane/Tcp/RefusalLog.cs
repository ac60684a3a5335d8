using System.Net;
using Mesh.DataPlane.Identity;
using Mesh.Hosting.AccessLogs;
using Microsoft.AspNetCore.Connections;

namespace Mesh.DataPlane.Tcp;

/// <summary>The access log line of a connection that is turned away.</summary>
internal sealed class RefusalLog
{
    private readonly string process;
    private readonly IAccessLog log;
    private readonly TimeProvider time;
    private readonly EndPoint? local;
    private readonly EndPoint? remote;
    private readonly DateTimeOffset started;

    public RefusalLog(string process, IAccessLog log, TimeProvider time, ConnectionContext connection)
        : this(process, log, time, connection.LocalEndPoint, connection.RemoteEndPoint)
    {
    }

    public RefusalLog(string process, IAccessLog log, TimeProvider time, EndPoint? local, EndPoint? remote)
    {
        this.process = process;
        this.log = log;
        this.time = time;
        this.local = local;
        this.remote = remote;
        started = time.GetUtcNow();
    }

    /// <param name="flags">One of <see cref="Http.ResponseFlags"/>.</param>
    public void Write(string reason, ClientHello? hello, string flags = "NR", SpiffeId? peer = null) => log.Write(new AccessLogEntry
    {
        StartTime = started,
        Process = process,
        Kind = AccessLogKind.Refused,
        ResponseFlags = flags,
        ResponseCodeDetails = reason,
        Duration = (time.GetUtcNow() - started).TotalMilliseconds,
        RequestedServerName = hello?.ServerName,
        DownstreamPeerUriSan = peer?.ToString(),
        DownstreamLocalAddress = local?.ToString(),
        DownstreamRemoteAddress = remote?.ToString(),
    });
}
