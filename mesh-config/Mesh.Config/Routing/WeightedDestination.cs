using Mesh.Config.Model;

namespace Mesh.Config.Routing;

public sealed record WeightedDestination(UpstreamKey Upstream, int Weight)
{
    /// <summary>Status of the answer when no service has that host and port; a gRPC client gets UNAVAILABLE.</summary>
    /// <remarks>503 as for Envoy's unknown clusters; 500 for routes of the Gateway API.</remarks>
    public int UnknownStatus { get; init; } = 503;

    /// <summary>Before the route's own; null: nothing about it.</summary>
    public string? RewriteAuthority { get; init; }

    public HeaderOperations Headers { get; init; } = HeaderOperations.None;
}
