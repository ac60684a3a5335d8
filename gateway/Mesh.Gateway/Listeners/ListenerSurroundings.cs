using Mesh.DataPlane.Http;
using Mesh.DataPlane.Tcp.ProxyProtocol;
using Mesh.DataPlane.Telemetry;
using Mesh.Hosting.AccessLogs;

namespace Mesh.Gateway.Listeners;

/// <summary>What all listeners of the process have in common.</summary>
internal sealed record ListenerSurroundings
{
    /// <summary>For access logs.</summary>
    public required string Process { get; init; }

    public required IAccessLog AccessLog { get; init; }

    public required ProxyTelemetry Telemetry { get; init; }

    public required ProxyProtocolReader ProxyProtocol { get; init; }

    /// <summary>Of one listener that carries bytes.</summary>
    public required int MaxConnections { get; init; }

    /// <summary>Of listeners with HTTP; its keep-alive holds for all.</summary>
    public required HttpServerLimits Http { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILoggerFactory Loggers { get; init; }
}
