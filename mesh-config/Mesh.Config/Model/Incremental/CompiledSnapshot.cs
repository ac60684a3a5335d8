using System.Collections.Concurrent;
using System.Collections.Immutable;
using Mesh.Config.Diagnostics;
using Mesh.Config.Model.Compilation;

namespace Mesh.Config.Model.Incremental;

/// <summary>A compiled mesh with its findings; views are computed when asked for and kept.</summary>
internal sealed class CompiledSnapshot(
    long version,
    bool synced,
    CompiledMesh mesh,
    DiagnosticList diagnostics,
    ViewMemos memos)
    : MeshSnapshot
{
    private readonly ConcurrentDictionary<ProxyScope, CompiledView> _views = new(1, 3, ProxyScopeComparer.Instance);

    public override long Version => version;

    public override bool Synced => synced;

    public override ImmutableArray<Diagnostic> Diagnostics => diagnostics.Items;

    public override ImmutableArray<string> GatewayHostNames => mesh.Gateways.HostNames;

    public CompiledMesh Mesh => mesh;

    public override MeshView ViewFrom(ProxyScope scope)
    {
        ArgumentNullException.ThrowIfNull(scope);
        // Asked for also when this snapshot has the view already: a mesh may be quiet for long.
        var memo = memos.Get(scope);
        if (_views.TryGetValue(scope, out var known)) return known;
        return memo is null || _views.Count >= ViewMemos.Limit
            ? new CompiledView(this, scope, memo ?? new ViewMemo())
            : _views.GetOrAdd(scope, key => new CompiledView(this, key, memo));
    }

    public override IEnumerable<(string Cluster, T Object)> Objects<T>() =>
        mesh.Index.Set(Dependency.OnType(typeof(T))).Entries<T>();
}
