using System.Diagnostics.CodeAnalysis;

namespace Mesh.DataPlane.Identity;

/// <summary>An Istio identity, <c>spiffe://trustDomain/ns/namespace/sa/serviceAccount</c>; nothing else is one.</summary>
/// <remarks>Source: istio pkg/spiffe/spiffe.go.</remarks>
public sealed record SpiffeId(string TrustDomain, string Namespace, string ServiceAccount)
{
    public override string ToString() => $"spiffe://{TrustDomain}/ns/{Namespace}/sa/{ServiceAccount}";

    public static bool TryParse(string? text, [NotNullWhen(true)] out SpiffeId? id)
    {
        id = null;
        const string scheme = "spiffe://";
        if (text is null || !text.StartsWith(scheme, StringComparison.Ordinal)) return false;
        var parts = text[scheme.Length..].Split('/');
        if (parts.Length != 5 || parts[1] != "ns" || parts[3] != "sa") return false;
        if (parts[0].Length == 0 || parts[2].Length == 0 || parts[4].Length == 0) return false;
        id = new SpiffeId(parts[0], parts[2], parts[4]);
        return true;
    }
}
