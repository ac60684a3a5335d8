namespace Mesh.Config.Model;

/// <summary>Mesh-wide settings of a <see cref="MeshModel"/>.</summary>
public sealed record MeshModelOptions
{
    public static MeshModelOptions Default { get; } = new();

    /// <summary>MeshConfig.trustDomain: first part of every SPIFFE id.</summary>
    public string TrustDomain { get; init; } = "cluster.local";

    /// <summary>DNS domain of Services.</summary>
    public string ClusterDomain { get; init; } = "cluster.local";

    /// <summary>MeshConfig.rootNamespace: mesh-wide policies, and the Namespace whose label names a cluster's network.</summary>
    public string RootNamespace { get; init; } = "istio-system";

    /// <summary>Changes that arrive within this time of each other become one snapshot.</summary>
    public TimeSpan Debounce { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// After this time the snapshot counts as synced without the sources that have not synced; null waits for all.
    /// A source that is left out is a diagnostic.
    /// </summary>
    public TimeSpan? SyncDeadline { get; init; }
}
