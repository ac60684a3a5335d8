using System.Collections.Frozen;
using Microsoft.Extensions.Primitives;

namespace Mesh.DataPlane.Http;

/// <summary>Headers that belong to one connection and are never forwarded.</summary>
/// <remarks>Source: RFC 9110 §7.6.1.</remarks>
internal static class HopByHop
{
    private static readonly FrozenSet<string> Names = new[]
    {
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer",
        "Transfer-Encoding", "Upgrade", "HTTP2-Settings",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Added =
        new[] { "x-request-id", "traceparent", "tracestate" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <param name="connection">Value of the Connection header, which may name further ones.</param>
    public static bool Is(string name, StringValues connection)
    {
        if (Names.Contains(name)) return true;
        if (connection.Count == 0 || IsFromProxy(name)) return false;
        foreach (var value in connection)
        {
            if (value is null) continue;
            foreach (var token in value.AsSpan().Split(','))
                if (value.AsSpan(token).Trim().Equals(name, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    /// <summary>
    /// What a proxy says about a request, or added to it, is not for the caller to take away again by naming it in Connection:
    /// the server behind would take the request for one of nobody, or of somebody else.
    /// </summary>
    private static bool IsFromProxy(string name) =>
        Added.Contains(name)
        || name.StartsWith("x-forwarded-", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("x-envoy-", StringComparison.OrdinalIgnoreCase);
}
