using System.Collections.Immutable;
using Mesh.Config.Diagnostics;

namespace Mesh.Config.Model.Incremental;

/// <summary>One thing that is computed of the mesh: how, what came out last, and what that depended on.</summary>
/// <param name="compute">Gives the value, null when there is none, and adds findings to the list.</param>
internal sealed class Computation(Func<MeshReader, List<Diagnostic>, object?> compute)
{
    public Func<MeshReader, List<Diagnostic>, object?> Compute { get; } = compute;

    public object? Value { get; set; }

    public ImmutableArray<Diagnostic> Findings { get; set; } = [];

    public ImmutableArray<Dependency> Reads { get; set; } = [];
}
