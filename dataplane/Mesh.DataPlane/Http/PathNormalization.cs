namespace Mesh.DataPlane.Http;

/// <summary>
/// Istio's BASE normalisation of a path: backslashes are slashes, <c>.</c> and <c>..</c> segments are resolved, also where a dot is
/// written <c>%2e</c>. Without it <c>/v1/../admin</c> passes a check for <c>/v1/</c> and the server answers for <c>/admin</c>.
/// </summary>
/// <remarks>Source: Istio, "Security policy: path normalization"; RFC 3986 §5.2.4. Slashes are not merged and <c>%2F</c> is not decoded.</remarks>
internal static class PathNormalization
{
    /// <param name="path">Begins with a slash, without query.</param>
    public static string Base(string path)
    {
        // Nearly every path is normal already.
        if (!path.Contains('\\', StringComparison.Ordinal) && !HasDotSegment(path)) return path;

        var segments = new List<string>();
        var parts = path.Replace('\\', '/')[1..].Split('/');
        for (var i = 0; i < parts.Length; i++)
        {
            var kind = DotsOf(parts[i]);
            if (kind == 0) segments.Add(parts[i]);
            else if (kind == 2 && segments.Count > 0) segments.RemoveAt(segments.Count - 1);
            // "/a/." and "/a/.." name a folder: the slash at the end stays.
            if (kind != 0 && i == parts.Length - 1) segments.Add("");
        }

        return "/" + string.Join('/', segments);
    }

    private static bool HasDotSegment(string path)
    {
        foreach (var part in path.AsSpan().Split('/'))
        {
            if (DotsOf(path.AsSpan()[part]) != 0) return true;
        }

        return false;
    }

    /// <summary>1 for a segment that is one dot, 2 for two, 0 for any other.</summary>
    private static int DotsOf(ReadOnlySpan<char> segment)
    {
        var dots = 0;
        while (segment.Length > 0)
        {
            if (segment[0] == '.') segment = segment[1..];
            else if (segment.StartsWith("%2e", StringComparison.OrdinalIgnoreCase)) segment = segment[3..];
            else return 0;
            if (++dots > 2) return 0;
        }

        return dots;
    }
}
