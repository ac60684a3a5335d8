using System.Collections.Immutable;
using System.Globalization;
using Mesh.Config.Resources;
using Mesh.Config.Resources.GatewayApi;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Routing.GatewayApi;

/// <summary>Compiles rules of HTTPRoutes and GRPCRoutes into rules of the one route model.</summary>
/// <remarks>Source: Gateway API, HTTPRouteRule and GRPCRouteRule.</remarks>
internal sealed class GatewayApiRules(Backends backends)
{
    public IEnumerable<RankedRule> Compile(GatewayApiHttpRoute route, int listenerPort)
    {
        for (var i = 0; i < route.Spec.Rules.Length; i++)
        {
            var rule = route.Spec.Rules[i];
            var compiled = Compile(route, NameOf(rule.Name, i), rule.Filters, rule.BackendRefs, rule.Timeouts, rule.Retry, listenerPort);
            // A rule without matches is for every path.
            foreach (var match in rule.Matches.IsEmpty ? [new GatewayApiHttpMatch()] : rule.Matches)
                yield return Rank(route, compiled, Convert(match), PathOf(match), ReplacementOf(rule.Filters));
        }
    }

    public IEnumerable<RankedRule> Compile(GatewayApiGrpcRoute route, int listenerPort)
    {
        for (var i = 0; i < route.Spec.Rules.Length; i++)
        {
            var rule = route.Spec.Rules[i];
            var compiled = Compile(route, NameOf(rule.Name, i), rule.Filters, rule.BackendRefs, null, null, listenerPort);
            foreach (var match in rule.Matches.IsEmpty ? [new GatewayApiGrpcMatch()] : rule.Matches)
                yield return Rank(route, compiled, Convert(match), null, null);
        }
    }

    private HttpRoute Compile(
        MeshObject route,
        string name,
        ImmutableArray<GatewayApiFilter> filters,
        ImmutableArray<BackendReference> references,
        RouteTimeouts? timeouts,
        RouteRetry? retry,
        int listenerPort) => new()
        {
            Name = name,
            Origin = route.Subject,
            Action = ActionOf(route, filters, references, listenerPort),
            RewriteUri = Path(GatewayApiFilters.PathOf(filters)),
            RewriteAuthority = GatewayApiFilters.RewriteAuthority(filters),
            Timeout = timeouts?.Request is { Ticks: > 0 } request ? request
                // Without retries one try is the whole request.
                : retry is null && timeouts?.BackendRequest is { Ticks: > 0 } backend ? backend
                : null,
            Retries = Retries(retry, timeouts),
            Headers = GatewayApiFilters.Headers(filters),
            Mirrors = GatewayApiFilters.Mirrors(route, filters, backends),
            Cors = GatewayApiFilters.Cors(filters),
        };

    private RouteAction ActionOf(
        MeshObject route, ImmutableArray<GatewayApiFilter> filters, ImmutableArray<BackendReference> references, int listenerPort)
    {
        // What cannot be executed or resolved is an error that the client sees.
        if (GatewayApiFilters.HasUnknown(filters)) return new RouteAction.DirectResponse(500, "");
        if (GatewayApiFilters.Redirect(filters, listenerPort) is { } redirect) return redirect;
        var forward = backends.Forward(route, references, GatewayApiFilters.Headers, out var any);
        // A gRPC client shall be told UNAVAILABLE, which the data plane does for destinations that it does not find.
        return forward is not null && (any || route is GatewayApiGrpcRoute) ? forward : new RouteAction.DirectResponse(500, "");
    }

    private static RetryPolicy Retries(RouteRetry? retry, RouteTimeouts? timeouts)
    {
        if (retry is null) return RetryPolicy.Default;
        if (retry.Attempts == 0) return RetryPolicy.None;
        return RetryPolicy.Default with
        {
            Attempts = retry.Attempts ?? RetryPolicy.Default.Attempts,
            RetriableStatusCodes = [.. retry.Codes],
            BaseBackoff = retry.Backoff ?? RetryPolicy.Default.BaseBackoff,
            PerTryTimeout = timeouts?.BackendRequest is { Ticks: > 0 } one ? one : null,
        };
    }

    private static RankedRule Rank(
        MeshObject route, HttpRoute compiled, HttpMatchRequest match, string? segments, string? replacement)
    {
        var condition = new RequestCondition(match, segments, replacement);
        var (rank, length) = (segments, match.Uri) switch
        {
            ({ } prefix, _) => (2, prefix.Length),
            (_, { Exact: { } exact }) => (3, exact.Length),
            (_, { Prefix: { } prefix }) => (2, prefix.Length),
            (_, { Regex: { } regex }) => (1, regex.Length),
            _ => (0, 0),
        };
        return new RankedRule(
            new RouteRule(compiled, [condition]),
            rank,
            length,
            match.Method is not null,
            match.Headers.Count,
            match.QueryParams.Count,
            route.Metadata.CreationTimestamp ?? DateTimeOffset.MinValue,
            route.Metadata.Namespace,
            route.Metadata.Name);
    }

    private static HttpMatchRequest Convert(GatewayApiHttpMatch match) => new()
    {
        Uri = match.Path switch
        {
            { Type: PathMatchType.Exact, Value: { } exact } => new StringMatch { Exact = exact },
            { Type: PathMatchType.RegularExpression, Value: { } regex } => new StringMatch { Regex = regex },
            _ => null,
        },
        Method = match.Method.Length > 0 ? new StringMatch { Exact = match.Method } : null,
        Headers = Convert(match.Headers),
        QueryParams = Convert(match.QueryParams),
    };

    private static HttpMatchRequest Convert(GatewayApiGrpcMatch match) => new()
    {
        Uri = match.Method switch
        {
            null => null,
            { Type: ValueMatchType.RegularExpression } method => new StringMatch
            {
                Regex = $"/{OrAny(method.Service)}/{OrAny(method.Method)}",
            },
            { Service.Length: > 0, Method.Length: > 0 } method => new StringMatch { Exact = $"/{method.Service}/{method.Method}" },
            { Service.Length: > 0 } method => new StringMatch { Prefix = $"/{method.Service}/" },
            { Method.Length: > 0 } method => new StringMatch
            {
                Regex = $"/[^/]+/{System.Text.RegularExpressions.Regex.Escape(method.Method)}",
            },
            _ => null,
        },
        Headers = Convert(match.Headers),
    };

    /// <summary>The prefix by whole path segments, null for other paths.</summary>
    private static string? PathOf(GatewayApiHttpMatch match) =>
        match.Path is null or { Type: PathMatchType.PathPrefix } ? match.Path?.Value ?? "/" : null;

    private static string? ReplacementOf(ImmutableArray<GatewayApiFilter> filters) =>
        GatewayApiFilters.PathOf(filters) is { } path ? path.ReplacePrefixMatch ?? "" : null;

    private static string? Path(PathModifier? modifier) => modifier?.Type switch
    {
        null => null,
        PathModifierType.ReplaceFullPath => modifier.ReplaceFullPath,
        _ => modifier.ReplacePrefixMatch is { Length: > 0 } prefix ? prefix.Length > 1 ? prefix.TrimEnd('/') : prefix : "/",
    };

    /// <summary>Of several conditions for one name the first counts; names of headers are case-insensitive.</summary>
    private static ImmutableSortedDictionary<string, StringMatch> Convert(ImmutableArray<ValueMatch> matches)
    {
        var found = ImmutableSortedDictionary.CreateBuilder<string, StringMatch>();
        foreach (var match in matches)
            found.TryAdd(match.Name, match.Type == ValueMatchType.Exact
                ? new StringMatch { Exact = match.Value }
                : new StringMatch { Regex = match.Value });
        return found.ToImmutable();
    }

    private static string OrAny(string regex) => regex.Length > 0 ? regex : "[^/]+";

    private static string NameOf(string name, int index) =>
        name.Length > 0 ? name : string.Create(CultureInfo.InvariantCulture, $"#{index}");
}
