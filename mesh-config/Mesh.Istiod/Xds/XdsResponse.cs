using System.Collections.Immutable;

namespace Mesh.Istiod.Xds;

/// <summary>One response of either protocol.</summary>
/// <param name="Version">Of the push, not of the resources; opaque.</param>
/// <param name="Removed">Names that are gone; always empty with state of the world.</param>
public sealed record XdsResponse(
    string TypeUrl, string Version, string Nonce, ImmutableArray<XdsResource> Resources, ImmutableArray<string> Removed)
{
    /// <summary>Null when the response is well-formed; else what is wrong with it.</summary>
    public string? Flaw()
    {
        if (Nonce.Length == 0) return $"a response of type {TypeUrl} has no nonce";
        for (var i = 0; i < Resources.Length; i++)
            if (Resources[i].TypeUrl != TypeUrl) return $"resource {i} is of type '{Resources[i].TypeUrl}' in a response of type '{TypeUrl}'";
        return null;
    }
}
