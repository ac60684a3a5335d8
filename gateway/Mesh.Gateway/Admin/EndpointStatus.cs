namespace Mesh.Gateway.Admin;

/// <summary>One endpoint in <c>/snapshot</c>, with what this gateway saw of it.</summary>
internal sealed record EndpointStatus
{
    public required string Address { get; init; }
    public required string Network { get; init; }
    public required string Locality { get; init; }
    public required int Priority { get; init; }
    public required uint Weight { get; init; }
    public required string Health { get; init; }
    public required string Tls { get; init; }

    /// <summary>Network whose gateway this is; empty when dialled directly.</summary>
    public required string Via { get; init; }

    public required int ActiveRequests { get; init; }
    public required DateTimeOffset? EjectedUntil { get; init; }
    public required bool ProbedDown { get; init; }
}
