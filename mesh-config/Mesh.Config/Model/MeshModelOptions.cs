using System.Collections.Immutable;
using Mesh.Config.Resources.MeshWide;

namespace Mesh.Config.Model;

/// <summary>Mesh-wide settings of a <see cref="MeshModel"/>.</summary>
public sealed record MeshModelOptions
{
    public static MeshModelOptions Default { get; } = new();

    /// <summary>MeshConfig.trustDomain: first part of every SPIFFE id.</summary>
    public string TrustDomain { get; init; } = "cluster.local";

    /// <summary>
    /// Former names of the trust domain, whose identities mean the same workloads; those of the MeshConfig that the mesh itself has
    /// (<c>trustDomainAliases</c>) are added.
    /// </summary>
    public ImmutableArray<string> TrustDomainAliases { get; init; } = [];

    /// <summary>What is done to a path before policies compare it, in a mesh whose MeshConfig has no <c>pathNormalization</c>.</summary>
    public PathNormalizationType PathNormalization { get; init; } = PathNormalizationType.Base;

    /// <summary>DNS domain of Services.</summary>
    public string ClusterDomain { get; init; } = "cluster.local";

    /// <summary>MeshConfig.rootNamespace: mesh-wide policies, and the Namespace whose label names a cluster's network.</summary>
    public string RootNamespace { get; init; } = "istio-system";

    /// <summary>
    /// A snapshot is made this long after a change, and changes that arrive meanwhile are in it. While more keep coming
    /// it is put off until none came for this long, but never longer than <see cref="DebounceLimit"/>.
    /// </summary>
    public TimeSpan Debounce { get; init; } = TimeSpan.FromMilliseconds(2);

    /// <summary>The longest that a change waits for others that follow it.</summary>
    public TimeSpan DebounceLimit { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Snapshots before the first synced one have findings but no objects: for whoever serves nothing by them, and has many clusters to read.
    /// </summary>
    public bool WaitsForSources { get; init; }

    /// <summary>
    /// After this time the snapshot counts as synced without the sources that have not synced; null waits for all.
    /// A source that is left out is a diagnostic.
    /// </summary>
    public TimeSpan? SyncDeadline { get; init; }
}
