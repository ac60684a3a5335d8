using System.Collections.Immutable;
using Mesh.Config.Resources.Security;

namespace Mesh.Config.Policy.Compilation;

/// <summary>Finds tokens in a request.</summary>
/// <remarks>Source: Envoy, jwt_authn filter, "from_headers", "from_params", "from_cookies".</remarks>
internal static class RequestTokens
{
    /// <summary>Without any location in the rule: <c>Authorization: Bearer</c> and the parameter <c>access_token</c>.</summary>
    public static ImmutableArray<TokenLocation> LocationsOf(JwtRule rule)
    {
        if (rule.FromHeaders.IsEmpty && rule.FromParams.IsEmpty && rule.FromCookies.IsEmpty)
            return
            [
                new TokenLocation(TokenLocationKind.Header, "authorization", "Bearer "),
                new TokenLocation(TokenLocationKind.Parameter, "access_token"),
            ];
        return
        [
            .. rule.FromHeaders.Select(header => new TokenLocation(TokenLocationKind.Header, header.Name.ToLowerInvariant(), header.Prefix)),
            .. rule.FromParams.Select(name => new TokenLocation(TokenLocationKind.Parameter, name)),
            .. rule.FromCookies.Select(name => new TokenLocation(TokenLocationKind.Cookie, name)),
        ];
    }

    /// <summary>Null when there is no token at that place.</summary>
    public static string? Find(TokenLocation location, PolicyRequest request) => location.Kind switch
    {
        TokenLocationKind.Header => AfterPrefix(request.Header(location.Name), location.Prefix),
        TokenLocationKind.Parameter => Parameter(request.Path, location.Name),
        _ => Cookie(request.Header("cookie"), location.Name),
    };

    private static string? AfterPrefix(string? value, string prefix)
    {
        if (value is null) return null;
        if (prefix.Length == 0) return value.Length == 0 ? null : value;
        var start = value.IndexOf(prefix, StringComparison.Ordinal);
        if (start < 0) return null;
        var token = value[(start + prefix.Length)..].TrimStart();
        var end = token.AsSpan().IndexOfAny(' ', ',');
        return end < 0 ? token : token[..end];
    }

    private static string? Parameter(string path, string name)
    {
        var start = path.IndexOf('?', StringComparison.Ordinal);
        if (start < 0) return null;
        foreach (var pair in path[(start + 1)..].Split('#')[0].Split('&'))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && Uri.UnescapeDataString(pair[..equals]) == name) return Uri.UnescapeDataString(pair[(equals + 1)..]);
        }

        return null;
    }

    private static string? Cookie(string? header, string name)
    {
        foreach (var part in (header ?? "").Split(';', StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && part[..equals] == name) return part[(equals + 1)..].Trim('"');
        }

        return null;
    }
}
