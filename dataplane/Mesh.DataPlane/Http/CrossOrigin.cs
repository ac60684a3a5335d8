using System.Collections.Immutable;
using System.Globalization;
using Mesh.Config.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Mesh.DataPlane.Http;

/// <summary>Cross-origin resource sharing as a route allows it: answers preflights, and marks the answers to calls from allowed origins.</summary>
/// <remarks>Source: WHATWG Fetch §3.2; Envoy's CORS filter, whose answers Istio's users see.</remarks>
internal static class CrossOrigin
{
    /// <summary>
    /// True when the request was a preflight and is answered. Otherwise it goes on, and what a browser must be told stands in the
    /// response, whoever makes it.
    /// </summary>
    public static bool Answers(HttpContext context, RouteCors cors)
    {
        var request = context.Request;
        var origin = request.Headers.Origin.ToString();
        if (origin.Length == 0) return false;
        var isAllowed = cors.AllowsOrigin(origin);
        var isPreflight = HttpMethods.IsOptions(request.Method) && request.Headers.AccessControlRequestMethod.Count > 0;
        if (isPreflight)
        {
            if (!isAllowed && cors.ForwardsUnmatchedPreflights) return false;
            context.Response.StatusCode = StatusCodes.Status200OK;
            if (isAllowed) AllowPreflight(context.Response.Headers, cors, origin);
            return true;
        }

        // The last word, so that a server behind that knows of CORS itself does not contradict the route.
        if (isAllowed)
        {
            context.Response.OnStarting(() =>
            {
                Allow(context.Response.Headers, cors, origin);
                return Task.CompletedTask;
            });
        }

        return false;
    }

    private static void AllowPreflight(IHeaderDictionary headers, RouteCors cors, string origin)
    {
        headers.AccessControlAllowOrigin = origin;
        if (cors.AllowCredentials == true) headers.AccessControlAllowCredentials = "true";
        headers.AccessControlAllowMethods = List(cors.AllowMethods);
        headers.AccessControlAllowHeaders = List(cors.AllowHeaders);
        if (cors.MaxAge is { } age) headers.AccessControlMaxAge = ((long)age.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        VaryByOrigin(headers);
    }

    private static void Allow(IHeaderDictionary headers, RouteCors cors, string origin)
    {
        headers.AccessControlAllowOrigin = origin;
        if (cors.AllowCredentials == true) headers.AccessControlAllowCredentials = "true";
        if (!cors.ExposeHeaders.IsDefaultOrEmpty) headers.AccessControlExposeHeaders = List(cors.ExposeHeaders);
        VaryByOrigin(headers);
    }

    /// <summary>The answer names the caller's origin, so a cache may not give it to another's.</summary>
    private static void VaryByOrigin(IHeaderDictionary headers)
    {
        const string origin = "Origin";
        foreach (var part in headers.Vary.ToString().Split(',', StringSplitOptions.TrimEntries))
            if (part is "*" || part.Equals(origin, StringComparison.OrdinalIgnoreCase)) return;
        headers.Vary = StringValues.Concat(headers.Vary, origin);
    }

    private static StringValues List(ImmutableArray<string> values) =>
        values.IsDefaultOrEmpty ? StringValues.Empty : string.Join(",", values);
}
