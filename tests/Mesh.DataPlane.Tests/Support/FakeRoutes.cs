using Mesh.Config.Routing;

namespace Mesh.DataPlane.Tests.Support;

/// <summary>The first route whose prefix fits.</summary>
public sealed class FakeRoutes : HttpRouteTable
{
    private readonly List<(string Prefix, HttpRoute Route)> routes = [];

    public FakeRoutes Add(string prefix, HttpRoute route)
    {
        routes.Add((prefix, route));
        return this;
    }

    public override RouteMatch? Match(in RouteRequest request)
    {
        foreach (var (prefix, route) in routes)
            if (request.Path.StartsWith(prefix, StringComparison.Ordinal)) return new RouteMatch(route, prefix);
        return null;
    }
}
