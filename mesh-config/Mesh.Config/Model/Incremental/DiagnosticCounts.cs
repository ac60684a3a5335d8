using System.Collections.Immutable;
using Mesh.Config.Diagnostics;

namespace Mesh.Config.Model.Incremental;

/// <summary>Findings of many origins, each once and in order; several origins may have the same one.</summary>
internal sealed class DiagnosticCounts
{
    private ImmutableSortedDictionary<Diagnostic, int> _counts =
        ImmutableSortedDictionary.Create<Diagnostic, int>(DiagnosticOrder.Instance);

    /// <summary>The same instance as long as nothing changed.</summary>
    public DiagnosticList Current { get; private set; } = new([]);

    public void Replace(ImmutableArray<Diagnostic> earlier, ImmutableArray<Diagnostic> next)
    {
        if (earlier.AsSpan().SequenceEqual(next.AsSpan())) return;
        var counts = _counts.ToBuilder();
        foreach (var diagnostic in next) counts[diagnostic] = counts.GetValueOrDefault(diagnostic) + 1;
        foreach (var diagnostic in earlier)
        {
            var left = counts[diagnostic] - 1;
            if (left == 0) counts.Remove(diagnostic);
            else counts[diagnostic] = left;
        }

        _counts = counts.ToImmutable();
        Current = new DiagnosticList(_counts.Keys);
    }
}
