namespace Mesh.Config.Routing;

/// <summary>Authorities of requests.</summary>
internal static class RouteAuthority
{
    /// <summary>The authority without port; brackets of an IPv6 address stay.</summary>
    public static ReadOnlySpan<char> HostOf(string authority)
    {
        var colon = authority.LastIndexOf(':');
        if (colon < 0 || authority.EndsWith(']')) return authority;
        if (authority.IndexOf(':', StringComparison.Ordinal) != colon && !authority.Contains(']', StringComparison.Ordinal))
            return authority;
        return authority.AsSpan(0, colon);
    }
}
