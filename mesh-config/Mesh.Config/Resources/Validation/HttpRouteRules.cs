using System.Collections.Immutable;
using System.Globalization;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Resources.Validation;

/// <summary>Rules of one HTTP rule of a VirtualService.</summary>
/// <remarks>Source: istio pkg/config/validation/virtualservice.go.</remarks>
internal static class HttpRouteRules
{
    private const int MaxBodyBytes = 1 << 20;
    private const int BigBodyBytes = 100 << 10;

    /// <param name="isDelegate">The VirtualService has no hosts.</param>
    public static void Check(HttpRouteSpec value, bool isDelegate, RuleScope at)
    {
        CheckAction(value, isDelegate, at);
        for (var i = 0; i < value.Match.Length; i++) CheckMatch(value.Match[i], at["match"][i]);
        if (value.Redirect is { } redirect) CheckRedirect(redirect, value.Match, at["redirect"]);
        if (value.DirectResponse is { } response) CheckResponse(response, at["directResponse"]);
        if (value.Rewrite is { } rewrite) CheckRewrite(rewrite, at["rewrite"]);
        if (value.Retries is { } retries) CheckRetries(retries, at["retries"]);
        if (value.CorsPolicy is { } cors) CheckCors(cors, at["corsPolicy"]);
        if (value.Fault is { } fault) CheckFault(fault, at["fault"]);
        if (value.Headers is { } headers) CheckHeaders(headers, at["headers"]);
        CheckAuthority(value, at);
        CheckMirrors(value, at);
        Destinations([.. value.Route.Select(route => route.Weight)], at["route"]);
        for (var i = 0; i < value.Route.Length; i++)
            if (value.Route[i].Headers is { } own)
                CheckHeaders(own, at["route"][i]["headers"]);
    }

    /// <summary>Weights of the destinations of any route.</summary>
    public static void Destinations(ImmutableArray<int> weights, RuleScope at)
    {
        for (var i = 0; i < weights.Length; i++)
            if (weights[i] < 0)
                at[i]["weight"].Error("weights must be 0 or more");
        if (weights.Length > 1 && weights.All(weight => weight == 0)) at.Error("the weights of several destinations must not all be 0");
    }

    public static void Destination(Destination value, RuleScope at)
    {
        if (value.Host == "*" || !HostNames.IsWildcardDomain(value.Host)) at["host"].Error($"\"{value.Host}\" is not a host name");
        if (value.Subset.Length > 0 && !HostNames.IsDnsLabel(value.Subset)) at["subset"].Error($"\"{value.Subset}\" is not a DNS label");
        if (value.Port is { Number: 0 }) at["port"].Missing("number", "give the port of the service or remove port");
    }

    public static void StringMatch(StringMatch value, RuleScope at)
    {
        // "*" is how older resources say "present".
        if (value.Regex is { } regex && regex != "*") CommonRules.Regex(regex, at["regex"]);
    }

    private static void CheckAction(HttpRouteSpec value, bool isDelegate, RuleScope at)
    {
        if (value.Delegate is not null)
        {
            if (isDelegate) at["delegate"].Error("a delegate cannot delegate again; only one level is possible");
            if (value.Redirect is not null) at["redirect"].Error("a rule that delegates cannot redirect; move it to the delegate");
            if (!value.Route.IsEmpty) at["route"].Error("a rule that delegates cannot route; move it to the delegate");
            return;
        }

        if (value.Redirect is not null)
        {
            if (!value.Route.IsEmpty) at["redirect"].Error("a rule either redirects or routes; remove redirect or route");
            if (value.Fault is not null) at["fault"].Error("a redirect can have no fault");
            if (value.Rewrite is not null) at["rewrite"].Error("a redirect can have no rewrite; use its own uri and authority");
        }

        if (value.DirectResponse is not null)
        {
            if (value.Redirect is not null) at["redirect"].Error("a direct response excludes redirect; remove one");
            if (!value.Route.IsEmpty) at["route"].Error("a direct response excludes route; remove one");
            if (value.Fault is not null) at["fault"].Error("a direct response can have no fault");
            if (value.Rewrite is not null) at["rewrite"].Error("a direct response can have no rewrite");
        }

        if (value.Route.IsEmpty && value.Redirect is null && value.DirectResponse is null)
            at.Missing("route, redirect or directResponse", "the rule does not say what to do");
    }

    private static void CheckMatch(HttpMatchRequest value, RuleScope at)
    {
        NotEmptyPrefix(value.Scheme, "scheme", at);
        NotEmptyPrefix(value.Method, "method", at);
        NotEmptyPrefix(value.Authority, "authority", at);
        CheckHeaderMatches(value.Headers, at["headers"]);
        CheckHeaderMatches(value.WithoutHeaders, at["withoutHeaders"]);
        foreach (var (name, match) in value.QueryParams)
            if (match.Prefix is "")
                at["queryParams"].Entry(name).Error("the prefix is empty and matches everything; give one or remove the condition");
        CommonRules.Labels(value.SourceLabels, at["sourceLabels"]);
        CommonRules.GatewayNames(value.Gateways, at["gateways"]);
        if (value.SourceNamespace.Length > 0 && !HostNames.IsDnsLabel(value.SourceNamespace))
            at["sourceNamespace"].Error($"\"{value.SourceNamespace}\" is not a namespace");
    }

    private static void CheckHeaderMatches(ImmutableSortedDictionary<string, StringMatch> headers, RuleScope at)
    {
        foreach (var (name, match) in headers)
        {
            CommonRules.MatchedHeader(name, at.Key(name));
            if (match.Prefix is "") at.Entry(name).Error("the prefix is empty; write {} for \"present\"");
        }
    }

    private static void NotEmptyPrefix(StringMatch? match, string field, RuleScope at)
    {
        if (match?.Prefix is "") at[field].Error("the prefix is empty and matches everything; give one or remove the condition");
    }

    private static void CheckRedirect(HttpRedirect value, ImmutableArray<HttpMatchRequest> matches, RuleScope at)
    {
        if (value.RedirectCode is < 300 or > 399)
            at["redirectCode"].Error(string.Create(CultureInfo.InvariantCulture, $"{value.RedirectCode} is not a 3xx status"));
        if (value.Scheme is not ("" or "http" or "https")) at["scheme"].Error($"\"{value.Scheme}\" must be http or https");
        if (value is { Uri: "", PrefixRewrite: "", Authority: "", Scheme: "", Port: null, DerivePort: null })
            at.Missing("uri, authority, scheme or port", "the redirect leads nowhere");
        if (value.PrefixRewrite.Length > 0 && matches.Any(match => match.Uri is { Prefix: null }))
            at["prefixRewrite"].Error("needs a uri prefix in every match; use uri, or match by prefix");
    }

    private static void CheckResponse(HttpDirectResponse value, RuleScope at)
    {
        if (value.Status is < 200 or > 600)
            at["status"].Error(string.Create(CultureInfo.InvariantCulture, $"{value.Status} must be between 200 and 599"));
        var bytes = value.Body is { } body
            ? body.Text is { } text ? System.Text.Encoding.UTF8.GetByteCount(text) : (body.Bytes ?? "").Length / 4 * 3
            : 0;
        if (bytes > MaxBodyBytes) at["body"].Error("is larger than 1 MiB; serve it from a service");
        else if (bytes > BigBodyBytes) at["body"].Warning("is larger than 100 KiB and kept by every proxy; serve it from a service");
    }

    private static void CheckRewrite(HttpRewrite value, RuleScope at)
    {
        if (value is { Uri: "", Authority: "", UriRegexRewrite: null })
            at.Missing("uri, authority or uriRegexRewrite", "the rewrite changes nothing");
        if (value.UriRegexRewrite is not { } regex) return;
        if (regex.Match.Length == 0 || regex.Rewrite.Length == 0)
            at["uriRegexRewrite"].Missing(regex.Match.Length == 0 ? "match" : "rewrite", "both parts are needed");
        else
            CommonRules.Regex(regex.Match, at["uriRegexRewrite"]["match"]);
    }

    private static void CheckRetries(HttpRetry value, RuleScope at)
    {
        if (value.Attempts < 0) at["attempts"].Error("must be 0 or more");
        if (value.Attempts == 0 && (value.PerTryTimeout is not null || value.RetryOn.Length > 0 || value.RetryRemoteLocalities is not null))
            at["attempts"].Error("0 turns retries off; remove the other fields or give a number");
        if (value.RetryOn.Length == 0) return;
        foreach (var token in value.RetryOn.Split(','))
            if (!RetryConditions.IsKnown(token))
                at["retryOn"].Error($"\"{token}\" is neither an HTTP status nor one of {string.Join(", ", RetryConditions.Names)} (no spaces around commas)");
    }

    private static void CheckCors(CorsPolicy value, RuleScope at)
    {
        for (var i = 0; i < value.AllowOrigins.Length; i++)
            if (value.AllowOrigins[i] is { Exact: null or "", Prefix: null or "", Regex: null or "" })
                at["allowOrigins"][i].Error("the origin is empty; give exact, prefix or regex");
        for (var i = 0; i < value.AllowMethods.Length; i++)
            if (value.AllowMethods[i] is not ("*" or "GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE" or "CONNECT" or "OPTIONS" or "TRACE"))
                at["allowMethods"][i].Error($"\"{value.AllowMethods[i]}\" is not an HTTP method");
        for (var i = 0; i < value.AllowHeaders.Length; i++) CommonRules.HeaderToken(value.AllowHeaders[i], at["allowHeaders"][i]);
        for (var i = 0; i < value.ExposeHeaders.Length; i++) CommonRules.HeaderToken(value.ExposeHeaders[i], at["exposeHeaders"][i]);
        if (value.MaxAge is { } age && age.Ticks % TimeSpan.TicksPerSecond != 0) at["maxAge"].Error("must be whole seconds");
    }

    private static void CheckFault(HttpFaultInjection value, RuleScope at)
    {
        if (value is { Delay: null, Abort: null }) at.Missing("delay or abort", "the fault does nothing");
        if (value.Delay is { } delay)
        {
            FaultShare(delay.Percentage, at["delay"]);
            if (delay.PercentNumber is < 0 or > 100) at["delay"]["percent"].Error("must be between 0 and 100");
            if (delay.ExponentialDelay is not null) at["delay"]["exponentialDelay"].Error("is not supported; use fixedDelay");
        }

        if (value.Abort is not { } abort) return;
        FaultShare(abort.Percentage, at["abort"]);
        if (abort.HttpStatus is < 200 or > 600)
            at["abort"]["httpStatus"].Error(string.Create(CultureInfo.InvariantCulture, $"{abort.HttpStatus} must be between 200 and 599"));
        if (abort.GrpcStatus is { } status && !IsGrpcStatus(status)) at["abort"]["grpcStatus"].Error($"\"{status}\" is not the name of a gRPC status");
        if (abort.Http2Error is not null) at["abort"]["http2Error"].Error("is not supported; use httpStatus or grpcStatus");
        if (abort is { HttpStatus: null, GrpcStatus: null, Http2Error: null })
            at["abort"].Warning("gives no error and aborts nothing; add httpStatus or grpcStatus", Yaml.DiagnosticCodes.NoEffect);
    }

    private static void FaultShare(Percent? percentage, RuleScope at)
    {
        if (percentage?.Value is > 0 and < 0.0001) at["percentage"].Error("must be 0 or between 0.0001 and 100");
    }

    private static bool IsGrpcStatus(string name) => name is "OK" or "CANCELLED" or "UNKNOWN" or "INVALID_ARGUMENT"
        or "DEADLINE_EXCEEDED" or "NOT_FOUND" or "ALREADY_EXISTS" or "PERMISSION_DENIED" or "RESOURCE_EXHAUSTED"
        or "FAILED_PRECONDITION" or "ABORTED" or "OUT_OF_RANGE" or "UNIMPLEMENTED" or "INTERNAL" or "UNAVAILABLE"
        or "DATA_LOSS" or "UNAUTHENTICATED";

    private static void CheckHeaders(HeadersSpec value, RuleScope at)
    {
        if (value.Request is { } request)
        {
            foreach (var (name, text) in request.Set) RequestHeader(name, text, at["request"]["set"]);
            foreach (var (name, text) in request.Add) RequestHeader(name, text, at["request"]["add"]);
            for (var i = 0; i < request.Remove.Length; i++) CommonRules.ChangedHeader(request.Remove[i], at["request"]["remove"][i]);
        }

        if (value.Response is not { } response) return;
        foreach (var (name, text) in response.Set) ResponseHeader(name, text, at["response"]["set"]);
        foreach (var (name, text) in response.Add) ResponseHeader(name, text, at["response"]["add"]);
        for (var i = 0; i < response.Remove.Length; i++) CommonRules.ChangedHeader(response.Remove[i], at["response"]["remove"][i]);
    }

    private static void RequestHeader(string name, string value, RuleScope at)
    {
        CommonRules.RequestHeader(name, at.Key(name));
        CommonRules.HeaderValue(value, at.Entry(name));
    }

    private static void ResponseHeader(string name, string value, RuleScope at)
    {
        CommonRules.ChangedHeader(name, at.Key(name));
        CommonRules.HeaderValue(value, at.Entry(name));
    }

    private static void CheckAuthority(HttpRouteSpec value, RuleScope at)
    {
        var request = value.Headers?.Request;
        var times = (value.Rewrite?.Authority is { Length: > 0 } ? 1 : 0)
                    + (request is null ? 0 : request.Set.Keys.Count(IsAuthority) + request.Add.Keys.Count(IsAuthority));
        if (times > 1) at["headers"].Error("the authority is set more than once; keep one of rewrite.authority and headers.request");
    }

    private static bool IsAuthority(string name) =>
        name.Equals(":authority", StringComparison.OrdinalIgnoreCase) || name.Equals("host", StringComparison.OrdinalIgnoreCase);

    private static void CheckMirrors(HttpRouteSpec value, RuleScope at)
    {
        if (value.Mirror is not null && !value.Mirrors.IsEmpty) at["mirror"].Error("use either mirror or mirrors");
        if (value.MirrorPercent is not { } percent) return;
        if (percent > 100) at["mirrorPercent"].Error("must be between 0 and 100");
        else at["mirrorPercent"].Warning("mirrorPercent is deprecated; use mirrorPercentage", Yaml.DiagnosticCodes.Deprecated);
    }
}
