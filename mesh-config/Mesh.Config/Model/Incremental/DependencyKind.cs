namespace Mesh.Config.Model.Incremental;

/// <summary>What a <see cref="Dependency"/> names. The order of those from <see cref="Fact"/> on is that of compilation.</summary>
internal enum DependencyKind
{
    /// <summary>One object of one cluster, or its absence.</summary>
    Object,

    /// <summary>All objects of a type.</summary>
    Type,

    /// <summary>All objects of a type in a namespace, of all clusters.</summary>
    Namespace,

    /// <summary>All objects of a type with one <see cref="IndexKeys">key</see>: a host, a label, a zone.</summary>
    Key,

    /// <summary>A small value computed of objects that many services need, as the network of a cluster.</summary>
    Fact,

    /// <summary>A compiled service with its endpoints.</summary>
    Service,

    /// <summary>Ports and visibility of a compiled service, without its endpoints.</summary>
    Declaration,

    /// <summary>All services without their endpoints; only views ask for it.</summary>
    Declarations,

    /// <summary>The names of all networks that have workloads.</summary>
    Networks,

    /// <summary>The gateways of all networks.</summary>
    Gateways,

    /// <summary>What is to be said about one object; nothing depends on it.</summary>
    Findings,
}
