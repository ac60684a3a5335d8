namespace Mesh.DataPlane.Http;

/// <summary>
/// The URIs by which the HTTP client is asked. Parsing one costs a tenth of a short call, and most calls ask for one of few targets:
/// those seen last are kept, one for each place, so that many different ones cost no memory.
/// </summary>
internal static class UpstreamUris
{
    private const int Places = 512;

    /// <summary>Longer ones, mostly with queries of their own, seldom come again.</summary>
    private const int LongestTarget = 256;

    private static readonly UriCreationOptions Untouched = new() { DangerousDisablePathAndQueryCanonicalization = true };
    private static readonly Known?[] Recent = new Known?[Places];

    /// <param name="target">Path and query, sent as they are.</param>
    public static Uri Of(string target)
    {
        if (target.Length > LongestTarget) return Parse(target);
        ref var place = ref Recent[(uint)target.GetHashCode(StringComparison.Ordinal) % Places];
        if (Volatile.Read(ref place) is { } known && known.Target == target) return known.Uri;
        var made = new Known(target, Parse(target));
        Volatile.Write(ref place, made);
        return made.Uri;
    }

    /// <summary>The channel knows where to connect; the host here only has to be a valid one.</summary>
    private static Uri Parse(string target) => new($"http://upstream{target}", Untouched);

    private sealed record Known(string Target, Uri Uri);
}
