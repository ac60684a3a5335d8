namespace Mesh.Aws.Signing;

/// <summary>Query strings as Signature Version 4 writes them: names and values encoded (RFC 3986), sorted by code point.</summary>
internal static class CanonicalQuery
{
    public static string Of(Uri address) => Sorted(Parse(address.Query));

    /// <summary>The pairs, decoded, in their order.</summary>
    /// <param name="query">With or without its question mark.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> Parse(string query)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        foreach (var part in query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = equals < 0 ? (part, "") : (part[..equals], part[(equals + 1)..]);
            pairs.Add(new(Uri.UnescapeDataString(name), Uri.UnescapeDataString(value)));
        }

        return pairs;
    }

    /// <summary>In the given order.</summary>
    public static string Format(IEnumerable<KeyValuePair<string, string>> pairs) =>
        string.Join('&', pairs.Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}"));

    public static string Sorted(IEnumerable<KeyValuePair<string, string>> pairs)
    {
        var encoded = pairs.Select(pair => (Name: Uri.EscapeDataString(pair.Key), Value: Uri.EscapeDataString(pair.Value)));
        var sorted = encoded.OrderBy(pair => pair.Name, StringComparer.Ordinal).ThenBy(pair => pair.Value, StringComparer.Ordinal);
        return string.Join('&', sorted.Select(pair => $"{pair.Name}={pair.Value}"));
    }
}
