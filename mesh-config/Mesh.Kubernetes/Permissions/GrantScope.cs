namespace Mesh.Kubernetes.Permissions;

/// <summary>Where a permission is needed.</summary>
public enum GrantScope
{
    /// <summary>In all namespaces.</summary>
    Cluster,

    /// <summary>In the root namespace and that of the gateway.</summary>
    Namespace,

    /// <summary>In the namespaces of machines: the ClusterRole is bound in each of them, never in the whole cluster.</summary>
    Machines,
}
