using System.Collections.Immutable;
using Mesh.Config.Model;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Routing;

/// <summary>Compiles faults, mirrors and cross-origin rules of VirtualServices.</summary>
/// <remarks>Source: istio pilot/pkg/networking/core/route/route.go; traffic-resources.md §C and §Q.</remarks>
internal static class RouteExtras
{
    public static RouteFault? Compile(HttpFaultInjection? fault) => fault is null
        ? null
        : new RouteFault(
            fault.Delay?.FixedDelay,
            fault.Delay switch
            {
                null => 0,
                { Percentage: { } share } => share.Value,
                // The deprecated number counts only when it is set.
                { PercentNumber: > 0 and var number } => number,
                _ => 100,
            },
            fault.Abort?.HttpStatus,
            fault.Abort?.GrpcStatus,
            fault.Abort is null ? 0 : fault.Abort.Percentage?.Value ?? 100);

    public static ImmutableArray<RouteMirror> Compile(HttpRouteSpec spec, Func<Destination, UpstreamKey> keyOf)
    {
        if (spec.Mirror is { } only)
        {
            var percent = spec.MirrorPercentage?.Value ?? spec.MirrorPercent ?? 100;
            return percent > 0 ? [new RouteMirror(keyOf(only), percent)] : [];
        }

        return
        [
            .. from mirror in spec.Mirrors
               where mirror.Destination is not null
               let percent = mirror.Percentage?.Value ?? 100
               where percent > 0
               select new RouteMirror(keyOf(mirror.Destination!), percent),
        ];
    }

    public static RouteCors? Compile(CorsPolicy? cors) => cors is null
        ? null
        : new RouteCors
        {
            Origins = cors.AllowOrigins.IsEmpty
                // The deprecated list knows exact values and the star only.
                ? [.. cors.AllowOrigin.Select(origin => StringCondition.Compile(
                    origin == "*" ? new StringMatch { Regex = "*" } : new StringMatch { Exact = origin })!)]
                : [.. cors.AllowOrigins.Select(origin => StringCondition.Compile(origin)!)],
            AllowMethods = cors.AllowMethods,
            AllowHeaders = cors.AllowHeaders,
            ExposeHeaders = cors.ExposeHeaders,
            MaxAge = cors.MaxAge,
            AllowCredentials = cors.AllowCredentials,
            ForwardsUnmatchedPreflights = cors.UnmatchedPreflights != UnmatchedPreflights.Ignore,
        };
}
