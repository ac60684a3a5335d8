using System.Globalization;
using Mesh.Config.Routing;

namespace Mesh.DataPlane.Http;

/// <summary>Carries out what a matched route says.</summary>
internal static class RouteActions
{
    /// <remarks>Source: Envoy RouteAction.prefix_rewrite and regex_rewrite; Istio HTTPRewrite.</remarks>
    public static RequestTarget Rewrite(RouteMatch match, RequestTarget target)
    {
        if (match.Route.RewritePath is { } rewrite) return target with { Path = Rooted(rewrite.Apply(target.Path)) };
        if (match.Route.RewriteUri is not { } uri) return target;
        var path = match.MatchedPrefix is { } prefix && target.Path.Length >= prefix.Length ? uri + target.Path[prefix.Length..] : uri;
        return target with { Path = Rooted(path) };
    }

    private static string Rooted(string path) => path.StartsWith('/') ? path : "/" + path;

    public static string Location(RouteMatch match, RouteAction.Redirect redirect, string scheme, string authority, RequestTarget target)
    {
        var newScheme = redirect.Scheme ?? scheme;
        var host = redirect.Authority ?? authority;
        if (redirect.Port is { } port)
        {
            var isDefault = (newScheme, port) is ("http", 80) or ("https", 443);
            host = isDefault ? WithoutPort(host) : string.Create(CultureInfo.InvariantCulture, $"{WithoutPort(host)}:{port}");
        }
        else if (redirect.Scheme is not null && redirect.Authority is null)
        {
            // The old scheme's port would be wrong for the new one.
            host = WithoutPort(host);
        }

        var newTarget = redirect.Path is { } path ? target with { Path = path } : Rewrite(match, target);
        return $"{newScheme}://{host}{newTarget.PathAndQuery}";
    }

    private static string WithoutPort(string authority)
    {
        var colon = authority.LastIndexOf(':');
        return colon > authority.LastIndexOf(']') ? authority[..colon] : authority;
    }
}
