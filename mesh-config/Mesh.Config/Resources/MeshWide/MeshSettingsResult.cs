using System.Collections.Immutable;
using Mesh.Config.Diagnostics;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>What one file of mesh settings held.</summary>
public sealed record MeshSettingsResult<T> where T : class
{
    /// <summary>Null when the text is empty or has an error.</summary>
    public required T? Value { get; init; }

    public required ImmutableArray<Diagnostic> Diagnostics { get; init; }
}
