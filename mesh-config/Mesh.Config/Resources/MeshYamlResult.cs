using System.Collections.Immutable;
using Mesh.Config.Diagnostics;

namespace Mesh.Config.Resources;

/// <summary>What one text held.</summary>
public sealed record MeshYamlResult
{
    /// <summary>Objects without errors, in the order of the text; no two with the same key.</summary>
    public required ImmutableArray<MeshObject> Objects { get; init; }

    public required ImmutableArray<Diagnostic> Diagnostics { get; init; }

    /// <summary>False when the text is not YAML: then <see cref="Objects"/> is empty.</summary>
    public required bool WellFormed { get; init; }

    public bool HasErrors => Diagnostics.Any(diagnostic => diagnostic.Severity == Severity.Error);
}
