using System.Text;
using Mesh.Config.Resources.MeshWide;

namespace Mesh.Config.Policy.Compilation;

/// <summary>
/// The path that policies compare: without query and fragment, normalized. Base: RFC 3986 §6.2.2, dot segments removed, unreserved characters
/// decoded, <c>\</c> counts as <c>/</c>; then slashes merged; and <c>%2F</c>, <c>%5C</c> decoded before all that, as configured.
/// </summary>
/// <remarks>Source: Istio, "Authorization policy normalization".</remarks>
public static class RequestPath
{
    public static string Of(string path, PathNormalizationType normalization)
    {
        var end = path.AsSpan().IndexOfAny('?', '#');
        var plain = end < 0 ? path : path[..end];
        if (normalization == PathNormalizationType.None || plain.Length == 0) return plain;
        if (normalization == PathNormalizationType.DecodeAndMergeSlashes)
            plain = plain.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase)
                .Replace("%5C", "\\", StringComparison.OrdinalIgnoreCase);
        plain = RemoveDotSegments(DecodeUnreserved(plain).Replace('\\', '/'));
        return normalization is PathNormalizationType.Default or PathNormalizationType.Base ? plain : MergeSlashes(plain);
    }

    /// <summary>Letters, digits, <c>-._~</c>: a percent-encoding of these means the same as the character (RFC 3986 §6.2.2.2).</summary>
    private static string DecodeUnreserved(string path)
    {
        if (!path.Contains('%', StringComparison.Ordinal)) return path;
        var text = new StringBuilder(path.Length);
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] == '%' && i + 2 < path.Length && char.IsAsciiHexDigit(path[i + 1]) && char.IsAsciiHexDigit(path[i + 2]))
            {
                var decoded = (char)Convert.ToByte(path.Substring(i + 1, 2), 16);
                if (char.IsAsciiLetterOrDigit(decoded) || decoded is '-' or '.' or '_' or '~')
                {
                    text.Append(decoded);
                    i += 2;
                    continue;
                }
            }

            text.Append(path[i]);
        }

        return text.ToString();
    }

    /// <summary>RFC 3986 §5.2.4 for absolute paths; empty segments stay.</summary>
    private static string RemoveDotSegments(string path)
    {
        if (!path.StartsWith('/') || !path.Contains("/.", StringComparison.Ordinal)) return path;
        var kept = new List<string>();
        var segments = path[1..].Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            var last = i == segments.Length - 1;
            switch (segments[i])
            {
                case ".":
                    if (last) kept.Add("");
                    break;
                case "..":
                    if (kept.Count > 0) kept.RemoveAt(kept.Count - 1);
                    if (last) kept.Add("");
                    break;
                default:
                    kept.Add(segments[i]);
                    break;
            }
        }

        return "/" + string.Join('/', kept);
    }

    private static string MergeSlashes(string path)
    {
        var text = new StringBuilder(path.Length);
        foreach (var c in path)
            if (c != '/' || text.Length == 0 || text[^1] != '/')
                text.Append(c);
        return text.ToString();
    }
}
