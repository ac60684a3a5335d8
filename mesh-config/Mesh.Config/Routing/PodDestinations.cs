namespace Mesh.Config.Routing;

/// <summary>Routes of a headless Service as calls to one of its Pods follow them: what would go to the Service goes to the Pod.</summary>
/// <remarks>
/// Source: istio pilot/pkg/networking/core/httproute.go: the names of the Pods are domains of the Service's virtual host, and the
/// Service's cluster goes to the address that the client dialled.
/// </remarks>
internal static class PodDestinations
{
    public static HttpRoute Of(HttpRoute route, string service, string pod) => route.Action is RouteAction.Forward forward
        ? route with { Action = new RouteAction.Forward([.. forward.Destinations.Select(destination => Of(destination, service, pod))]) }
        : route;

    public static L4Route Of(L4Route route, string service, string pod) =>
        route with { Destinations = [.. route.Destinations.Select(destination => Of(destination, service, pod))] };

    private static WeightedDestination Of(WeightedDestination destination, string service, string pod) =>
        destination.Upstream.Host == service ? destination with { Upstream = destination.Upstream with { Host = pod } } : destination;
}
