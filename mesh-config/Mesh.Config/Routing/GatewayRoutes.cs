using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Mesh.Config.Routing;

/// <summary>The routes of one port of a gateway, as far as they are not those of one exact host of a VirtualService: these are compiled when asked for.</summary>
/// <param name="Wild">Hosts with wildcards.</param>
/// <param name="ApiRules">Rules of the Gateway API by exact host in lower case; they follow those of VirtualServices.</param>
internal sealed record GatewayRoutes(
    ServedPort Port, CompiledRouteTable Wild, FrozenDictionary<string, ImmutableArray<RouteRule>> ApiRules);
