using System.Collections.Immutable;

namespace Mesh.Config.Policy.Compilation;

/// <summary>The mesh's trust domain and its aliases: a principal of one of them means the same workload in all.</summary>
/// <remarks>Source: istio pilot/pkg/security/trustdomain/bundle.go.</remarks>
internal sealed class TrustDomains(string domain, ImmutableArray<string> aliases)
{
    /// <summary>The name that policies may always use for the mesh's own.</summary>
    private const string Default = "cluster.local";

    private readonly ImmutableArray<string> _all = [domain, .. aliases];

    /// <summary>
    /// The principal once for each trust domain of the mesh, when it is one of the mesh and not <c>*</c>; else itself.
    /// </summary>
    public ImmutableArray<string> Expand(string principal)
    {
        var parts = principal.Split('/');
        if (parts.Length != 5 || parts[0] == "*" || parts[0].Length == 0) return [principal];
        var own = parts[0];
        if (own != Default && !_all.Any(known => PolicyPattern.Matches(own, known))) return [principal];
        var rest = principal[own.Length..];
        return
        [
            // A pattern that covers a trust domain already stands for it.
            .. _all.Select(known => PolicyPattern.Matches(own, known) ? principal : known + rest)
                .Distinct(StringComparer.Ordinal),
        ];
    }
}
