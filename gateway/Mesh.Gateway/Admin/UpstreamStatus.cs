using System.Collections.Immutable;

namespace Mesh.Gateway.Admin;

/// <summary>One destination in <c>/snapshot</c>.</summary>
internal sealed record UpstreamStatus
{
    public required string Name { get; init; }
    public required string Protocol { get; init; }
    public required ImmutableArray<string> ExpectedIdentities { get; init; }
    public required ImmutableArray<EndpointStatus> Endpoints { get; init; }
}
