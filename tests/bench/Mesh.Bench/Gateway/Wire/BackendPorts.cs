namespace Mesh.Bench.Gateway.Wire;

/// <summary>Where the <see cref="Backend"/> listens, on 127.0.0.1.</summary>
internal sealed record BackendPorts(int Small, int Large, int Tls, int Bulk);
