using System.Collections.Immutable;
using Mesh.Config.Resources;

namespace Mesh.Config.Routing;

/// <summary>Where connections go that are not looked into: a tls or tcp rule of a VirtualService, or a TLSRoute.</summary>
/// <remarks>Source: istio pilot/pkg/networking/core/tls.go and tcp.go; traffic-resources.md §Q.13.</remarks>
public sealed record L4Route
{
    /// <summary>Subject of the resource the rule came from, or <c>default</c>.</summary>
    public required string Origin { get; init; }

    /// <summary>Names in the ClientHello, exact or <c>*.suffix</c>; empty for tcp rules.</summary>
    public ImmutableArray<string> SniHosts { get; init; } = [];

    /// <summary>Addresses or CIDR ranges the client dialled; empty: any. Gateways do not look at them.</summary>
    public ImmutableArray<string> DestinationSubnets { get; init; } = [];

    /// <summary>Weights are relative and their sum is above 0.</summary>
    public required ImmutableArray<WeightedDestination> Destinations { get; init; }

    /// <summary>
    /// The rule for a server name: that with the exact name, else with the longest wildcard, else the first in order. Null
    /// when none fits: the connection is closed.
    /// </summary>
    public static L4Route? Find(ImmutableArray<L4Route> routes, string sni)
    {
        L4Route? best = null;
        var bestHost = "";
        foreach (var route in routes)
        {
            foreach (var host in route.SniHosts)
            {
                if (!HostNames.Covers(host, sni)) continue;
                if (best is not null && HostNames.CompareSpecific(host, bestHost) >= 0) continue;
                (best, bestHost) = (route, host);
            }
        }

        return best;
    }
}
