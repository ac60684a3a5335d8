using System.Collections.Immutable;
using Mesh.Config.Resources;
using Mesh.Config.Resources.GatewayApi;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Routing.GatewayApi;

/// <summary>Filters of Gateway API routes as parts of a compiled route.</summary>
/// <remarks>Source: Gateway API, HTTPRouteFilter.</remarks>
internal static class GatewayApiFilters
{
    /// <summary>A filter that cannot be executed must not be skipped: requests get an error instead.</summary>
    public static bool HasUnknown(ImmutableArray<GatewayApiFilter> filters) =>
        filters.Any(filter => filter.Type is FilterType.ExtensionRef or FilterType.ExternalAuth);

    public static HeaderOperations Headers(ImmutableArray<GatewayApiFilter> filters)
    {
        var request = filters.FirstOrDefault(filter => filter.Type == FilterType.RequestHeaderModifier)?.RequestHeaderModifier;
        var response = filters.FirstOrDefault(filter => filter.Type == FilterType.ResponseHeaderModifier)?.ResponseHeaderModifier;
        if (request is null && response is null) return HeaderOperations.None;
        return new HeaderOperations
        {
            RequestSet = Pairs(request?.Set).RemoveAll(IsHost),
            RequestAdd = Pairs(request?.Add).RemoveAll(IsHost),
            RequestRemove = request?.Remove ?? [],
            ResponseSet = Pairs(response?.Set),
            ResponseAdd = Pairs(response?.Add),
            ResponseRemove = response?.Remove ?? [],
        };
    }

    public static RouteAction.Redirect? Redirect(ImmutableArray<GatewayApiFilter> filters, int listenerPort)
    {
        if (RedirectOf(filters) is not { } redirect) return null;
        // Without a port: that of the scheme when there is one, else the listener's.
        var port = redirect.Port ?? (redirect.Scheme.Length > 0 ? null : listenerPort);
        return new RouteAction.Redirect(
            redirect.StatusCode ?? 302,
            OrNull(redirect.Scheme),
            OrNull(redirect.Hostname),
            port,
            redirect.Path?.ReplaceFullPath);
    }

    /// <summary>Path change of a rewrite or redirect filter; null when there is none.</summary>
    public static PathModifier? PathOf(ImmutableArray<GatewayApiFilter> filters) =>
        RedirectOf(filters)?.Path ?? RewriteOf(filters)?.Path;

    public static string? RewriteAuthority(ImmutableArray<GatewayApiFilter> filters) =>
        RewriteOf(filters) is { Hostname.Length: > 0 } rewrite
            ? rewrite.Hostname
            : filters.Select(filter => filter.RequestHeaderModifier).OfType<HeaderModifier>()
                .SelectMany(modifier => modifier.Set.Concat(modifier.Add))
                .FirstOrDefault(header => header.Name.Equals("host", StringComparison.OrdinalIgnoreCase))?.Value;

    public static RouteCors? Cors(ImmutableArray<GatewayApiFilter> filters)
    {
        if (filters.FirstOrDefault(filter => filter.Type == FilterType.CORS)?.Cors is not { } cors) return null;
        return new RouteCors
        {
            Origins = [.. cors.AllowOrigins.Select(Origin)],
            AllowMethods = cors.AllowMethods,
            AllowHeaders = cors.AllowHeaders,
            ExposeHeaders = cors.ExposeHeaders,
            MaxAge = cors.MaxAge > 0 ? TimeSpan.FromSeconds(cors.MaxAge) : null,
            AllowCredentials = cors.AllowCredentials,
        };
    }

    public static ImmutableArray<RouteMirror> Mirrors(
        MeshObject route, ImmutableArray<GatewayApiFilter> filters, Backends backends)
    {
        var mirrors = ImmutableArray.CreateBuilder<RouteMirror>();
        foreach (var mirror in filters.Select(filter => filter.RequestMirror).OfType<RequestMirror>())
        {
            if (mirror.BackendRef is not { } reference) continue;
            var key = backends.Resolve(route, reference.Group, reference.Kind, reference.Name, reference.Namespace, reference.Port);
            var percent = mirror.Fraction is { } fraction
                ? 100d * fraction.Numerator / (fraction.Denominator ?? 100)
                : mirror.Percent ?? 100;
            // Nobody waits for a copy: one that cannot be sent is left out.
            if (key is not null && percent > 0) mirrors.Add(new RouteMirror(key, percent));
        }

        return mirrors.ToImmutable();
    }

    private static RequestRedirect? RedirectOf(ImmutableArray<GatewayApiFilter> filters) =>
        filters.FirstOrDefault(filter => filter.Type == FilterType.RequestRedirect)?.RequestRedirect;

    private static UrlRewrite? RewriteOf(ImmutableArray<GatewayApiFilter> filters) =>
        filters.FirstOrDefault(filter => filter.Type == FilterType.URLRewrite)?.UrlRewrite;

    /// <summary>Exact, or with a star for anything.</summary>
    private static StringCondition Origin(string origin) => StringCondition.Compile(
        !origin.Contains('*', StringComparison.Ordinal)
            ? new StringMatch { Exact = origin }
            : new StringMatch
            {
                Regex = string.Join(".*", origin.Split('*').Select(System.Text.RegularExpressions.Regex.Escape)),
            })!;

    private static ImmutableArray<KeyValuePair<string, string>> Pairs(ImmutableArray<HeaderValue>? headers) =>
        headers is { } list ? [.. list.Select(header => KeyValuePair.Create(header.Name, header.Value))] : [];

    /// <summary>Setting it is rewriting the authority.</summary>
    private static bool IsHost(KeyValuePair<string, string> header) => header.Key.Equals("host", StringComparison.OrdinalIgnoreCase);

    private static string? OrNull(string text) => text.Length == 0 ? null : text;
}
