namespace Mesh.Config.Sources;

/// <summary>
/// Delivers the raw resources of one cluster. A source that breaks keeps its last good state: it reports diagnostics and
/// never sends deletions it did not see.
/// </summary>
public interface IMeshSource
{
    /// <summary>Unique among the sources of a model, e.g. <c>file:eks-a</c>; for logs, metrics and diagnostics.</summary>
    string Name { get; }

    /// <summary>Cluster id that the objects of this source belong to.</summary>
    string Cluster { get; }

    /// <summary>Runs until cancelled, applying changes in order. The first batch with <see cref="MeshChanges.Synced"/> set completes the initial load.</summary>
    Task RunAsync(IMeshSink sink, CancellationToken cancellationToken);
}
