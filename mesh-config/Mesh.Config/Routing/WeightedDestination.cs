using Mesh.Config.Model;

namespace Mesh.Config.Routing;

public sealed record WeightedDestination(UpstreamKey Upstream, int Weight)
{
    public HeaderOperations Headers { get; init; } = HeaderOperations.None;
}
