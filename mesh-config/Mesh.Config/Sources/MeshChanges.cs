using System.Collections.Immutable;
using Mesh.Config.Diagnostics;
using Mesh.Config.Resources;

namespace Mesh.Config.Sources;

/// <summary>One atomic step of a source.</summary>
public sealed record MeshChanges
{
    public ImmutableArray<MeshObject> Upserts { get; init; } = [];
    public ImmutableArray<ObjectKey> Deletes { get; init; } = [];

    /// <summary>Replaces all earlier diagnostics of this source; null leaves them.</summary>
    public ImmutableArray<Diagnostic>? Diagnostics { get; init; }

    /// <summary>True in the batch that completes the initial load, and in all later ones.</summary>
    public bool Synced { get; init; }
}
