using Mesh.DataPlane.Tcp.ProxyProtocol;
using Mesh.Hosting.AccessLogs;

namespace Mesh.Gateway.Listeners;

/// <summary>What all listeners of the process have in common.</summary>
internal sealed record ListenerSurroundings
{
    /// <summary>For access logs.</summary>
    public required string Process { get; init; }

    public required IAccessLog AccessLog { get; init; }

    public required ProxyProtocolReader ProxyProtocol { get; init; }

    /// <summary>Of one listener that carries bytes.</summary>
    public required int MaxConnections { get; init; }

    public required ILoggerFactory Loggers { get; init; }
}
