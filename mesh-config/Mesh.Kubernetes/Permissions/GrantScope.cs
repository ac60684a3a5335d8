namespace Mesh.Kubernetes.Permissions;

/// <summary>Where a permission is needed.</summary>
public enum GrantScope
{
    /// <summary>In all namespaces, or in those that somebody binds the ClusterRole in.</summary>
    Cluster,

    /// <summary>In the root namespace and that of the gateway.</summary>
    Namespace,
}
