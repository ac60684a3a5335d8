namespace Mesh.Payments.Api;

/// <summary>Reads the header <c>x-forwarded-client-cert</c> (XFCC).</summary>
/// <remarks>Source: Envoy, "HTTP header manipulation", x-forwarded-client-cert.</remarks>
internal static class ClientCertificates
{
    public const string Header = "x-forwarded-client-cert";

    /// <summary>
    /// The URI of the last element: that is the one our own proxy wrote, about the peer it verified itself; those before it
    /// are what others said. Null when there is none.
    /// </summary>
    public static string? PeerUri(string? header)
    {
        if (string.IsNullOrEmpty(header)) return null;
        var last = Split(header, ',')[^1];
        foreach (var pair in Split(last, ';'))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && pair[..equals].Trim().Equals("URI", StringComparison.OrdinalIgnoreCase)) return Unquote(pair[(equals + 1)..]);
        }

        return null;
    }

    /// <summary>Splits outside of double quotes.</summary>
    private static List<string> Split(string text, char separator)
    {
        var parts = new List<string>();
        var (start, quoted) = (0, false);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && quoted) i++;
            else if (text[i] == '"') quoted = !quoted;
            else if (text[i] == separator && !quoted)
            {
                parts.Add(text[start..i]);
                start = i + 1;
            }
        }

        parts.Add(text[start..]);
        return parts;
    }

    private static string? Unquote(string text)
    {
        text = text.Trim();
        if (text.Length >= 2 && text[0] == '"' && text[^1] == '"')
            text = text[1..^1].Replace("\\\"", "\"", StringComparison.Ordinal);
        return text.Length == 0 ? null : text;
    }
}
