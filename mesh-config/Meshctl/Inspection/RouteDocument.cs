using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Mesh.Config.Model;
using Mesh.Config.Routing;
using static Meshctl.Inspection.JsonParts;

namespace Meshctl.Inspection;

/// <summary>Routes of requests and of connections.</summary>
internal static class RouteDocument
{
    public static JsonArray Routes(HttpRouteTable? table) => new([.. (table?.Entries ?? []).Select(Route)]);

    private static JsonObject Route(RouteEntry entry)
    {
        var route = entry.Route;
        var document = new JsonObject { ["host"] = entry.Domain, ["name"] = route.Name, ["from"] = route.Origin };
        if (!entry.Matches.IsEmpty) document["match"] = Texts(entry.Matches);
        switch (route.Action)
        {
            case RouteAction.Forward forward:
                document["to"] = Destinations(forward.Destinations);
                break;
            case RouteAction.Redirect redirect:
                document["redirect"] = new JsonObject
                {
                    ["code"] = redirect.Code,
                    ["scheme"] = redirect.Scheme ?? "",
                    ["authority"] = redirect.Authority ?? "",
                    ["port"] = redirect.Port ?? 0,
                    ["path"] = redirect.Path ?? "",
                };
                break;
            case RouteAction.DirectResponse response:
                document["directResponse"] = response.Status;
                break;
        }

        if (route.RewriteUri is { } uri) document["rewriteUri"] = uri;
        if (route.RewritePath is { } path) document["rewritePath"] = new JsonObject { ["match"] = path.Match, ["rewrite"] = path.Rewrite };
        if (route.RewriteAuthority is { } authority) document["rewriteAuthority"] = authority;
        if (route.Timeout is { } timeout) document["timeout"] = Duration(timeout);
        if (!route.Mirrors.IsEmpty)
            document["mirrors"] = new JsonArray([.. route.Mirrors.Select(mirror =>
                new JsonObject { ["cluster"] = mirror.Upstream.ClusterName, ["percent"] = mirror.Percent })]);
        if (route.Fault is { } fault) document["fault"] = Fault(fault);
        if (route.Cors is { } cors) document["cors"] = Cors(cors);
        AddHeaders(document, route.Headers);
        if (route.Action is RouteAction.Forward && !IsDefault(route.Retries)) document["retries"] = Retries(route.Retries);
        return document;
    }

    private static bool IsDefault(RetryPolicy retries) =>
        retries.Attempts == RetryPolicy.Default.Attempts && retries.PerTryTimeout is null && retries.RetriableStatusCodes.IsEmpty
        && retries.RetryOn.SetEquals(RetryPolicy.Default.RetryOn);

    private static JsonArray Destinations(IEnumerable<WeightedDestination> destinations) =>
        new([.. destinations.Select(destination =>
        {
            var document = new JsonObject { ["cluster"] = destination.Upstream.ClusterName, ["weight"] = destination.Weight };
            if (destination.Upstream == UpstreamKey.Unresolved) document["unresolved"] = true;
            AddHeaders(document, destination.Headers);
            return document;
        })]);

    private static JsonObject Cors(RouteCors cors)
    {
        var document = new JsonObject
        {
            ["allowOrigins"] = Texts(cors.AllowOrigins),
            ["allowMethods"] = Texts(cors.AllowMethods),
            ["allowHeaders"] = Texts(cors.AllowHeaders),
            ["exposeHeaders"] = Texts(cors.ExposeHeaders),
        };
        if (cors.MaxAge is { } age) document["maxAge"] = Duration(age);
        if (cors.AllowCredentials is { } credentials) document["allowCredentials"] = credentials;
        return document;
    }

    private static void AddHeaders(JsonObject document, HeaderOperations headers)
    {
        var changes = new JsonObject();
        AddPairs("requestSet", headers.RequestSet);
        AddPairs("requestAdd", headers.RequestAdd);
        if (!headers.RequestRemove.IsEmpty) changes["requestRemove"] = Texts(headers.RequestRemove);
        AddPairs("responseSet", headers.ResponseSet);
        AddPairs("responseAdd", headers.ResponseAdd);
        if (!headers.ResponseRemove.IsEmpty) changes["responseRemove"] = Texts(headers.ResponseRemove);
        if (changes.Count > 0) document["headers"] = changes;

        void AddPairs(string name, ImmutableArray<KeyValuePair<string, string>> pairs)
        {
            if (!pairs.IsEmpty) changes[name] = Texts(pairs.Select(pair => $"{pair.Key}: {pair.Value}"));
        }
    }

    /// <summary>Nothing is added when there is only the default: to the service itself.</summary>
    public static void AddConnectionRoutes(JsonObject document, string name, ImmutableArray<L4Route> routes)
    {
        if (routes.All(route => route.Origin == "default")) return;
        document[name] = new JsonArray([.. routes.Select(route =>
        {
            var entry = new JsonObject { ["from"] = route.Origin };
            if (!route.SniHosts.IsEmpty) entry["sniHosts"] = Texts(route.SniHosts);
            if (!route.DestinationSubnets.IsEmpty) entry["destinationSubnets"] = Texts(route.DestinationSubnets);
            entry["to"] = Destinations(route.Destinations);
            return entry;
        })]);
    }

    private static JsonObject Retries(RetryPolicy retries)
    {
        var document = new JsonObject { ["attempts"] = retries.Attempts };
        if (retries.Attempts == 0) return document;
        if (retries.PerTryTimeout is { } timeout) document["perTryTimeout"] = Duration(timeout);
        document["retryOn"] = Texts(retries.RetryOn
            .Concat(retries.RetriableStatusCodes.Select(code => code.ToString(CultureInfo.InvariantCulture))).Order(StringComparer.Ordinal));
        return document;
    }

    private static JsonObject Fault(RouteFault fault)
    {
        var document = new JsonObject();
        if (fault.Delay is { } delay) document["delay"] = new JsonObject { ["time"] = Duration(delay), ["percent"] = fault.DelayPercent };
        if (fault.AbortStatus is { } status) document["abort"] = new JsonObject { ["status"] = status, ["percent"] = fault.AbortPercent };
        if (fault.AbortGrpcStatus is { } name) document["abort"] = new JsonObject { ["grpcStatus"] = name, ["percent"] = fault.AbortPercent };
        return document;
    }
}
