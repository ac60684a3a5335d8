using Mesh.FakeKube.Patching;

namespace Mesh.FakeKube.Kinds;

/// <summary>What every cluster serves without being asked to.</summary>
internal static class BuiltInKinds
{
    public static readonly ResourceType Namespace = new()
    {
        Group = "",
        Versions = ["v1"],
        Kind = "Namespace",
        Plural = "namespaces",
        ShortNames = ["ns"],
        Namespaced = false,
        HasStatus = true,
        Columns = [new("Status", ".status.phase")],
    };

    public static readonly ResourceType ServiceAccount = new()
    {
        Group = "",
        Versions = ["v1"],
        Kind = "ServiceAccount",
        Plural = "serviceaccounts",
        ShortNames = ["sa"],
        Lists = MergeRules.Of(("secrets", "name", "name")),
        Columns = [new("Secrets", "", "integer")],
    };

    public static readonly ResourceType ConfigMap = new()
    {
        Group = "",
        Versions = ["v1"],
        Kind = "ConfigMap",
        Plural = "configmaps",
        ShortNames = ["cm"],
        Columns = [new("Data", "", "integer")],
    };

    public static readonly ResourceType Secret = new()
    {
        Group = "",
        Versions = ["v1"],
        Kind = "Secret",
        Plural = "secrets",
        Columns = [new("Type", ".type"), new("Data", "", "integer")],
    };

    public static readonly ResourceType Service = new()
    {
        Group = "",
        Versions = ["v1"],
        Kind = "Service",
        Plural = "services",
        ShortNames = ["svc"],
        Categories = ["all"],
        HasStatus = true,
        Lists = MergeRules.Of(
            ("spec.ports", "port,protocol", "port"),
            ("status.conditions", "type", "type")),
        Columns =
        [
            new("Type", ".spec.type"), new("Cluster-IP", ".spec.clusterIP"), new("External-IP", ""), new("Port(s)", ""),
            new("Selector", "", Priority: 1),
        ],
    };

    public static readonly ResourceType Pod = new()
    {
        Group = "",
        Versions = ["v1"],
        Kind = "Pod",
        Plural = "pods",
        ShortNames = ["po"],
        Categories = ["all"],
        HasStatus = true,
        Lists = MergeRules.Of(
            ("spec.containers", "name", "name"),
            ("spec.initContainers", "name", "name"),
            ("spec.containers.ports", "containerPort,protocol", "containerPort"),
            ("spec.containers.env", "name", "name"),
            ("spec.containers.volumeMounts", "mountPath", "mountPath"),
            ("spec.volumes", "name", "name"),
            ("spec.imagePullSecrets", "name", "name"),
            ("status.conditions", "type", "type"),
            ("status.podIPs", "ip", "ip")),
        Columns =
        [
            new("Ready", ""), new("Status", ".status.phase"), new("IP", ".status.podIP", Priority: 1),
            new("Node", ".spec.nodeName", Priority: 1),
        ],
    };

    public static readonly ResourceType Node = new()
    {
        Group = "",
        Versions = ["v1"],
        Kind = "Node",
        Plural = "nodes",
        ShortNames = ["no"],
        Namespaced = false,
        HasStatus = true,
        Lists = MergeRules.Of(
            ("spec.podCIDRs", "", ""),
            ("status.addresses", "type", "type"),
            ("status.conditions", "type", "type")),
        Columns = [new("Status", ""), new("Version", ".status.nodeInfo.kubeletVersion")],
    };

    public static readonly ResourceType EndpointSlice = new()
    {
        Group = "discovery.k8s.io",
        Versions = ["v1"],
        Kind = "EndpointSlice",
        Plural = "endpointslices",
        HasGeneration = true,
        Columns = [new("AddressType", ".addressType"), new("Ports", ""), new("Endpoints", "")],
    };

    public static readonly ResourceType Lease = new()
    {
        Group = "coordination.k8s.io",
        Versions = ["v1"],
        Kind = "Lease",
        Plural = "leases",
        AllowsCreateOnUpdate = true,
        Columns = [new("Holder", ".spec.holderIdentity")],
    };

    public static readonly ResourceType CustomResourceDefinition = new()
    {
        Group = "apiextensions.k8s.io",
        Versions = ["v1"],
        Kind = "CustomResourceDefinition",
        Plural = "customresourcedefinitions",
        ShortNames = ["crd", "crds"],
        Namespaced = false,
        HasStatus = true,
        HasGeneration = true,
        Lists = MergeRules.Of(("status.conditions", "type", null)),
        Columns = [new("Created At", ".metadata.creationTimestamp", "date")],
    };

    public static readonly ResourceType ClusterRole = new()
    {
        Group = "rbac.authorization.k8s.io",
        Versions = ["v1"],
        Kind = "ClusterRole",
        Plural = "clusterroles",
        Namespaced = false,
        Columns = [new("Created At", ".metadata.creationTimestamp", "date")],
    };

    public static readonly ResourceType ClusterRoleBinding = new()
    {
        Group = "rbac.authorization.k8s.io",
        Versions = ["v1"],
        Kind = "ClusterRoleBinding",
        Plural = "clusterrolebindings",
        Namespaced = false,
        Columns = [new("Role", "")],
    };

    public static readonly ResourceType Role = ClusterRole with { Kind = "Role", Plural = "roles", Namespaced = true };

    public static readonly ResourceType RoleBinding = ClusterRoleBinding with { Kind = "RoleBinding", Plural = "rolebindings", Namespaced = true };

    public static IReadOnlyList<ResourceType> All { get; } =
    [
        Namespace, ServiceAccount, ConfigMap, Secret, Service, Pod, Node, EndpointSlice, Lease, CustomResourceDefinition,
        ClusterRole, ClusterRoleBinding, Role, RoleBinding,
    ];
}
