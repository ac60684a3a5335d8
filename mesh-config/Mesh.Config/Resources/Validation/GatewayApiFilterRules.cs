using System.Collections.Immutable;
using Mesh.Config.Resources.GatewayApi;

namespace Mesh.Config.Resources.Validation;

/// <summary>Rules for filters of HTTPRoutes and GRPCRoutes.</summary>
/// <remarks>Source: Gateway API, validation rules of HTTPRouteFilter, GRPCRouteFilter and of the lists of them.</remarks>
internal static class GatewayApiFilterRules
{
    /// <param name="isGrpc">A GRPCRoute's, which know fewer types.</param>
    public static void Check(ImmutableArray<GatewayApiFilter> filters, bool isGrpc, RuleScope at)
    {
        for (var i = 0; i < filters.Length; i++)
        {
            var type = filters[i].Type;
            if (isGrpc && type is FilterType.RequestRedirect or FilterType.URLRewrite or FilterType.CORS or FilterType.ExternalAuth)
                at[i]["type"].Error($"a GRPCRoute has no filter {type}");
            else if (type is not (FilterType.RequestMirror or FilterType.ExtensionRef) && filters.Take(i).Any(other => other.Type == type))
                at[i].Error($"filter {type} is given twice; put both into one");
            else if (type is FilterType.RequestRedirect or FilterType.URLRewrite
                     && filters.Take(i).Any(other => other.Type is FilterType.RequestRedirect or FilterType.URLRewrite))
                at[i].Error("RequestRedirect and URLRewrite exclude each other; a redirect has a path of its own");
            else
                Check(filters[i], at[i]);
        }
    }

    private static void Check(GatewayApiFilter filter, RuleScope at)
    {
        foreach (var (type, field, isGiven) in new[]
                 {
                     (FilterType.RequestHeaderModifier, "requestHeaderModifier", filter.RequestHeaderModifier is not null),
                     (FilterType.ResponseHeaderModifier, "responseHeaderModifier", filter.ResponseHeaderModifier is not null),
                     (FilterType.RequestMirror, "requestMirror", filter.RequestMirror is not null),
                     (FilterType.RequestRedirect, "requestRedirect", filter.RequestRedirect is not null),
                     (FilterType.URLRewrite, "urlRewrite", filter.UrlRewrite is not null),
                     (FilterType.CORS, "cors", filter.Cors is not null),
                     (FilterType.ExternalAuth, "externalAuth", filter.ExternalAuth.Length > 0),
                     (FilterType.ExtensionRef, "extensionRef", filter.ExtensionRef is not null),
                 })
        {
            if (type == filter.Type && !isGiven) at.Missing(field, $"a filter of type {type} needs it");
            else if (type != filter.Type && isGiven) at[field].Error($"the filter is of type {filter.Type}; remove it or change the type");
        }

        if (filter is { Type: FilterType.RequestRedirect, RequestRedirect: { } redirect }) Check(redirect, at["requestRedirect"]);
        if (filter is { Type: FilterType.URLRewrite, UrlRewrite: { } rewrite }) Check(rewrite, at["urlRewrite"]);
        if (filter is { Type: FilterType.RequestMirror, RequestMirror: { } mirror }) Check(mirror, at["requestMirror"]);
        if (filter is { Type: FilterType.CORS, Cors: { } cors }) Check(cors, at["cors"]);
    }

    private static void Check(RequestRedirect redirect, RuleScope at)
    {
        if (redirect.Scheme is not ("" or "http" or "https")) at["scheme"].Error($"\"{redirect.Scheme}\" is neither http nor https");
        if (redirect.StatusCode is not (null or 301 or 302 or 303 or 307 or 308))
            at["statusCode"].Error($"{redirect.StatusCode} is none of 301, 302, 303, 307, 308");
        if (redirect.Hostname.Length > 0) GatewayApiRouteRules.CheckHostname(redirect.Hostname, at["hostname"]);
        if (redirect.Path is { } path) Check(path, at["path"]);
    }

    private static void Check(UrlRewrite rewrite, RuleScope at)
    {
        if (rewrite.Hostname.Length > 0) GatewayApiRouteRules.CheckHostname(rewrite.Hostname, at["hostname"]);
        if (rewrite.Path is { } path) Check(path, at["path"]);
    }

    private static void Check(PathModifier path, RuleScope at)
    {
        foreach (var (type, field, isGiven) in new[]
                 {
                     (PathModifierType.ReplaceFullPath, "replaceFullPath", path.ReplaceFullPath is not null),
                     (PathModifierType.ReplacePrefixMatch, "replacePrefixMatch", path.ReplacePrefixMatch is not null),
                 })
        {
            if (type == path.Type && !isGiven) at.Missing(field, $"a path of type {type} needs it");
            else if (type != path.Type && isGiven) at[field].Error($"the path is of type {path.Type}; remove it or change the type");
        }
    }

    private static void Check(RequestMirror mirror, RuleScope at)
    {
        if (mirror.BackendRef is { } backend)
            GatewayApiRouteRules.CheckBackend(backend.Group, backend.Kind, backend.Name, backend.Port, at["backendRef"]);
        if (mirror.Percent is < 0 or > 100) at["percent"].Error("must be 0 to 100");
        if (mirror.Fraction is not { } fraction) return;
        if (fraction.Numerator < 0 || fraction.Denominator is < 1) at["fraction"].Error("a share is 0 or more of 1 or more");
        else if (fraction.Numerator > (fraction.Denominator ?? 100)) at["fraction"].Error("the numerator is larger than the denominator");
    }

    private static void Check(CorsFilter cors, RuleScope at)
    {
        Alone(cors.AllowOrigins, at["allowOrigins"]);
        Alone(cors.AllowMethods, at["allowMethods"]);
        Alone(cors.AllowHeaders, at["allowHeaders"]);

        static void Alone(ImmutableArray<string> values, RuleScope at)
        {
            if (values.Length > 1 && values.Contains("*")) at[values.IndexOf("*")].Error("* includes all others; it must be alone");
        }
    }
}
