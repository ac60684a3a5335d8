namespace Mesh.Config.Model;

/// <summary>connectionPool.http.http2KeepAlive. Null: as the proxy does by itself.</summary>
/// <param name="Interval">Silence after which the server is asked whether it is there.</param>
/// <param name="Timeout">How long its answer may take before the connection counts as broken.</param>
public sealed record Http2KeepAlivePolicy(TimeSpan? Interval, TimeSpan? Timeout);
