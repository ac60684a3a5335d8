using System.Collections.Immutable;
using Mesh.Config.Diagnostics;
using Mesh.Config.Resources;

namespace Mesh.Config.Model;

/// <summary>The whole mesh at one moment: immutable, shares with its predecessor what did not change.</summary>
public abstract class MeshSnapshot
{
    public abstract long Version { get; }

    /// <summary>True once every source has synced; until then nothing may be served from it.</summary>
    public abstract bool Synced { get; }

    /// <summary>The snapshot as one proxy sees it. Views are cached per scope: asking again is cheap.</summary>
    public abstract MeshView ViewFrom(ProxyScope scope);

    /// <summary>Accepted objects of one kind from all clusters, each with its cluster; byte-stable order.</summary>
    public abstract IEnumerable<(string Cluster, T Object)> Objects<T>() where T : MeshObject;

    /// <summary>Network gateways that are given as host names, in lower case and ordered: a source has to resolve them.</summary>
    public virtual ImmutableArray<string> GatewayHostNames => [];

    /// <summary>Findings of all sources and of the model itself.</summary>
    public abstract ImmutableArray<Diagnostic> Diagnostics { get; }
}
