using System.Collections.Immutable;
using Mesh.Config.Diagnostics;

namespace Mesh.Config.Model.Incremental;

/// <summary>Findings in order, listed when somebody asks and only once. Thread-safe.</summary>
/// <param name="findings">Does not change any more.</param>
internal sealed class DiagnosticList(IEnumerable<Diagnostic> findings)
{
    private ImmutableArray<Diagnostic> _items;

    public ImmutableArray<Diagnostic> Items
    {
        get
        {
            if (_items.IsDefault) ImmutableInterlocked.InterlockedInitialize(ref _items, [.. findings]);
            return _items;
        }
    }
}
