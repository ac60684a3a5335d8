using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Mesh.Config.Model;
using Microsoft.AspNetCore.Http;

namespace Mesh.DataPlane.Http;

/// <summary>The part of a request that consistent hashing goes by, as a number.</summary>
/// <remarks>Source: Envoy RouteAction.HashPolicy; Istio ConsistentHashLB. The numbers are Envoy's too (XXH64 of the text).</remarks>
internal static class RequestHash
{
    /// <summary>Null when the request has nothing of it. A missing cookie is made and given to the caller, where the policy says so.</summary>
    public static ulong? Of(HttpContext context, HashPolicy policy, RequestTarget target)
    {
        if (policy.HeaderName is { } name) return OfText(Header(context.Request.Headers, name));
        if (policy.QueryParameter is { } parameter) return OfText(Query(target.Query, parameter));
        if (policy.CookieName is { } cookie) return OfText(context.Request.Cookies[cookie] ?? MakeCookie(context, policy));
        return policy.SourceAddress ? OfText(Source(context)?.ToString()) : null;
    }

    private static ulong? OfText(string? text) => text is null ? null : XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(text));

    /// <summary>Several values count in any order alike.</summary>
    private static string? Header(IHeaderDictionary headers, string name)
    {
        if (!headers.TryGetValue(name, out var values) || values.Count == 0) return null;
        return values.Count == 1 ? values[0] : string.Concat(values.Order(StringComparer.Ordinal));
    }

    private static string? Query(string query, string parameter)
    {
        foreach (var pair in query.Split('&'))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if ((equals < 0 ? pair : pair[..equals]) == parameter) return equals < 0 ? "" : pair[(equals + 1)..];
        }

        return null;
    }

    private static System.Net.IPAddress? Source(HttpContext context) =>
        context.Connection.RemoteIpAddress is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4() : context.Connection.RemoteIpAddress;

    private static string? MakeCookie(HttpContext context, HashPolicy policy)
    {
        if (policy.CookieTtl is not { } ttl) return null;
        var connection = context.Connection;
        // Of the connection, so that requests sent before the first answer go to the same endpoint.
        var hash = OfText(string.Create(CultureInfo.InvariantCulture,
            $"{connection.LocalIpAddress}:{connection.LocalPort}{connection.RemoteIpAddress}:{connection.RemotePort}"))!.Value;
        var value = hash.ToString("x16", CultureInfo.InvariantCulture);
        context.Response.OnStarting(() =>
        {
            context.Response.Cookies.Append(policy.CookieName!, value, new CookieOptions
            {
                HttpOnly = true,
                MaxAge = ttl > TimeSpan.Zero ? ttl : null,
                Path = policy.CookiePath.Length > 0 ? policy.CookiePath : null,
            });
            return Task.CompletedTask;
        });
        return value;
    }
}
