namespace Mesh.Config.Model;

/// <summary>connectionPool.tcp.tcpKeepalive. Null: as the proxy does by itself.</summary>
/// <param name="Time">Silence before the first probe.</param>
/// <param name="Interval">Between probes that are not answered.</param>
/// <param name="Probes">Unanswered ones after which the connection is broken.</param>
public sealed record TcpKeepAlivePolicy(TimeSpan? Time, TimeSpan? Interval, int? Probes);
