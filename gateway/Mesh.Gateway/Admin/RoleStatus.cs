using System.Collections.Immutable;

namespace Mesh.Gateway.Admin;

/// <summary>One role in <c>/snapshot</c>.</summary>
internal sealed record RoleStatus
{
    public required string Role { get; init; }
    public required ImmutableArray<string> Listeners { get; init; }
    public required ImmutableArray<string> Problems { get; init; }
    public required ImmutableArray<UpstreamStatus> Upstreams { get; init; }
}
