using Mesh.DataPlane.Tcp;

namespace Mesh.DataPlane.Http;

/// <summary>What one connection to an <see cref="HttpServer"/>, and all together, may take and how long they last.</summary>
public sealed record HttpServerLimits
{
    public static HttpServerLimits Default { get; } = new();

    /// <summary>Connections of one listener; more are closed at once. The default is far above what one process serves well.</summary>
    public int MaxConnections { get; init; } = 20_000;

    /// <summary>Requests at a time on one HTTP/2 connection; clients wait with more.</summary>
    public int MaxStreams { get; init; } = 1000;

    /// <summary>Null: unlimited. The connection ends in order after so many.</summary>
    public int? MaxRequestsPerConnection { get; init; }

    /// <summary>A connection without a request for so long is closed.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>From the first byte of a request to the end of its headers; HTTP/1.1 only, as HTTP/2 sends headers in one piece.</summary>
    public TimeSpan RequestHeadersTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Null: unlimited. Each connection gets up to a tenth more or less, so that clients do not come back in step.</summary>
    public TimeSpan? MaxConnectionAge { get; init; }

    /// <summary>How long the requests of a connection that has reached its age may still last.</summary>
    public TimeSpan MaxConnectionAgeGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Silence after which an HTTP/2 client is asked whether it is there; at least a second.</summary>
    public TimeSpan PingDelay { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the answer to a ping may take.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(20);

    public TcpKeepAlive KeepAlive { get; init; } = TcpKeepAlive.Default;
}
