using System.Collections.Immutable;

namespace Mesh.Istiod.Xds;

/// <summary>What is wanted of one type.</summary>
/// <param name="Names">Empty: all there is, for types that have a wildcard (listeners, clusters, the name table).</param>
public sealed record XdsSubscription(string TypeUrl, ImmutableArray<string> Names)
{
    /// <summary>What the client still has from the stream before, name to version: a delta stream tells what of it is gone.</summary>
    public ImmutableSortedDictionary<string, string> Held { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Everything of a type.</summary>
    public static XdsSubscription ToAll(string typeUrl) => new(typeUrl, []);
}
