using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Mesh.Config.Resources.GatewayApi;

namespace Mesh.Config.Resources.Validation;

/// <summary>Rules for HTTPRoutes.</summary>
/// <remarks>Source: Gateway API, validation rules of HTTPRouteSpec, HTTPRouteRule, HTTPPathMatch and HTTPRouteTimeouts.</remarks>
internal static partial class GatewayApiHttpRules
{
    private static readonly string[] _methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];
    private static readonly string[] _forbidden = ["//", "/./", "/../", "%2f", "%2F", "#"];
    private static readonly string[] _forbiddenEnds = ["/..", "/."];

    public static void Check(GatewayApiHttpRoute value, RuleScope at)
    {
        var spec = at["spec"];
        GatewayApiRouteRules.CheckParents(value.Spec.ParentRefs, spec["parentRefs"]);
        GatewayApiRouteRules.CheckHostnames(value.Spec.Hostnames, spec["hostnames"]);
        GatewayApiRouteRules.CheckRules(
            [.. value.Spec.Rules.Select(rule => rule.Name)], value.Spec.Rules.Select(rule => rule.Matches.Length), spec["rules"]);
        for (var i = 0; i < value.Spec.Rules.Length; i++) Check(value.Spec.Rules[i], spec["rules"][i]);
    }

    private static void Check(GatewayApiHttpRule rule, RuleScope at)
    {
        for (var i = 0; i < rule.Matches.Length; i++) Check(rule.Matches[i], at["matches"][i]);
        GatewayApiFilterRules.Check(rule.Filters, isGrpc: false, at["filters"]);
        GatewayApiRouteRules.CheckBackends(rule.BackendRefs, at["backendRefs"]);
        CheckPrefixes(rule, rule.Filters, at["filters"]);
        for (var i = 0; i < rule.BackendRefs.Length; i++)
        {
            GatewayApiFilterRules.Check(rule.BackendRefs[i].Filters, isGrpc: false, at["backendRefs"][i]["filters"]);
            CheckPrefixes(rule, rule.BackendRefs[i].Filters, at["backendRefs"][i]["filters"]);
        }

        if (!rule.BackendRefs.IsEmpty && rule.Filters.Any(filter => filter.Type == FilterType.RequestRedirect))
            at["backendRefs"].Error("a rule that redirects has no backends; remove them or the filter");
        if (rule.Timeouts is { Request: { Ticks: > 0 } request, BackendRequest: { } backend } && backend > request)
            at["timeouts"]["backendRequest"].Error("is longer than the request may take; lower it");
        for (var i = 0; i < (rule.Retry?.Codes.Length ?? 0); i++)
            if (rule.Retry!.Codes[i] is < 400 or > 599)
                at["retry"]["codes"][i].Error($"{rule.Retry.Codes[i]} is no status of an error, 400 to 599");
    }

    /// <summary>Which prefix is replaced must be clear: there is one match, and it is one of a prefix.</summary>
    private static void CheckPrefixes(
        GatewayApiHttpRule rule, ImmutableArray<GatewayApiFilter> filters, RuleScope at)
    {
        for (var i = 0; i < filters.Length; i++)
        {
            var path = filters[i].RequestRedirect?.Path ?? filters[i].UrlRewrite?.Path;
            if (path is not { Type: PathModifierType.ReplacePrefixMatch }) continue;
            // Without matches a rule is for the prefix "/".
            if (rule.Matches is [] or [{ Path: null or { Type: PathMatchType.PathPrefix } }]) continue;
            at[i].Error("replacePrefixMatch needs exactly one match, of type PathPrefix");
        }
    }

    private static void Check(GatewayApiHttpMatch match, RuleScope at)
    {
        if (match.Path is { } path) Check(path, at["path"]);
        GatewayApiRouteRules.CheckDistinct(match.Headers, ignoreCase: true, at["headers"]);
        GatewayApiRouteRules.CheckDistinct(match.QueryParams, ignoreCase: false, at["queryParams"]);
        if (match.Method.Length > 0 && !_methods.Contains(match.Method))
            at["method"].Error($"\"{match.Method}\" is none of {string.Join(", ", _methods)}");
    }

    private static void Check(PathMatch path, RuleScope at)
    {
        var value = path.Value ?? "/";
        if (path.Type == PathMatchType.RegularExpression)
        {
            CommonRules.Regex(value, at["value"]);
            return;
        }

        if (!value.StartsWith('/')) at["value"].Error($"\"{value}\" must begin with /");
        else if (_forbidden.FirstOrDefault(part => value.Contains(part, StringComparison.Ordinal)) is { } part)
            at["value"].Error($"\"{value}\" must not contain {part}; no normalised path has it");
        else if (_forbiddenEnds.FirstOrDefault(end => value.EndsWith(end, StringComparison.Ordinal)) is { } end)
            at["value"].Error($"\"{value}\" must not end with {end}; no normalised path does");
        else if (!PathPattern().IsMatch(value))
            at["value"].Error($"\"{value}\" has characters that no path has; write them as %XX");
    }

    [GeneratedRegex(@"^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+$", RegexOptions.NonBacktracking)]
    private static partial Regex PathPattern();
}
