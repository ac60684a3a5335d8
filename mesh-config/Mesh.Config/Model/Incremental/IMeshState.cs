namespace Mesh.Config.Model.Incremental;

/// <summary>What can be read while compiling: the state that is being made, or a snapshot.</summary>
internal interface IMeshState
{
    MeshIndex Index { get; }

    MeshModelOptions Options { get; }

    /// <summary>The present instance of what a dependency names; null when there is none.</summary>
    object? Observe(Dependency dependency);

    /// <summary>The value of a fact, which may be computed now.</summary>
    /// <param name="reader">Of the computation that asks.</param>
    object Fact(Dependency name, Func<MeshReader, object> compute, MeshReader reader);
}
