using Mesh.Config.Policy.Compilation;
using Mesh.Config.Resources.MeshWide;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Mesh.DataPlane.Http;

/// <summary>
/// The request target, undecoded, with its path normalised once: what is matched is what is forwarded, and what the server behind
/// resolves. Everything else stays as the caller wrote it.
/// </summary>
/// <param name="Path">Begins with a slash.</param>
/// <param name="Query">Without the question mark; empty when there is none.</param>
/// <remarks>Source: RFC 9112 §3.2; Istio MeshConfig pathNormalization BASE, its default.</remarks>
public readonly record struct RequestTarget(string Path, string Query)
{
    /// <summary>As it goes on the wire.</summary>
    public string PathAndQuery => Query.Length == 0 ? Path : $"{Path}?{Query}";

    /// <summary>Null for targets that name no path: <c>*</c> and the authority form of CONNECT.</summary>
    public static RequestTarget? Of(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Parse(context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "");
    }

    /// <summary>Reads the origin form (<c>/path?query</c>) or the absolute form (<c>http://host/path?query</c>).</summary>
    public static RequestTarget? Parse(string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (!target.StartsWith('/'))
        {
            var scheme = target.IndexOf("://", StringComparison.Ordinal);
            if (scheme <= 0) return null;
            var rest = target.AsSpan(scheme + 3);
            var end = rest.IndexOfAny('/', '?');
            if (end < 0) return new RequestTarget("/", "");
            target = rest[end] == '?' ? $"/{rest[end..]}" : rest[end..].ToString();
        }

        var question = target.IndexOf('?', StringComparison.Ordinal);
        return question < 0
            ? new RequestTarget(Normal(target), "")
            : new RequestTarget(Normal(target[..question]), target[(question + 1)..]);
    }

    /// <summary>Without this <c>/v1/../admin</c> passes a route's check for <c>/v1/</c> and the server answers for <c>/admin</c>.</summary>
    private static string Normal(string path) => RequestPath.Of(path, PathNormalizationType.Base);
}
