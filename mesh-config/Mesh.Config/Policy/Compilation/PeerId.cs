namespace Mesh.Config.Policy.Compilation;

/// <summary>Parts of <c>spiffe://TRUST_DOMAIN/ns/NAMESPACE/sa/SERVICE_ACCOUNT</c>, and how policies compare them.</summary>
internal static class PeerId
{
    public const string Scheme = "spiffe://";

    public static string TrustDomain(string id)
    {
        if (!id.StartsWith(Scheme, StringComparison.Ordinal)) return "";
        var end = id.IndexOf('/', Scheme.Length);
        return end < 0 ? "" : id[Scheme.Length..end];
    }

    public static string Namespace(string id) => id.Split('/') is ["spiffe:", "", _, "ns", var space, "sa", _] ? space : "";

    public static string ServiceAccount(string id) => id.Split('/') is ["spiffe:", "", _, "ns", _, "sa", var account] ? account : "";

    /// <summary>A principal is an id without its scheme.</summary>
    public static bool MatchesPrincipal(string pattern, string id)
    {
        if (pattern == "*") return id.Length > 0;
        return id.StartsWith(Scheme, StringComparison.Ordinal) && PolicyPattern.Matches(pattern, id[Scheme.Length..]);
    }
}
