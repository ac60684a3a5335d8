using System.Collections.Immutable;
using Mesh.Config.Routing;

namespace Mesh.DataPlane.Upstreams;

/// <summary>Chooses one of the destinations of a route by their weights.</summary>
public static class DestinationChoice
{
    /// <param name="destinations">Not empty.</param>
    /// <param name="random">Is locked while drawing.</param>
    public static WeightedDestination Of(ImmutableArray<WeightedDestination> destinations, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (destinations.Length == 1) return destinations[0];
        var total = 0;
        foreach (var destination in destinations) total += destination.Weight;
        int ticket;
        lock (random) ticket = random.Next(total);
        foreach (var destination in destinations)
        {
            ticket -= destination.Weight;
            if (ticket < 0) return destination;
        }

        return destinations[^1];
    }
}
