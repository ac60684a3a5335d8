using System.Collections.Immutable;
using Mesh.Hosting;
using Mesh.Kubernetes.Api;

namespace Mesh.Kubernetes.Permissions;

/// <summary>
/// All that this library may ask an API server for. A request for anything else does not leave the process, and the roles in
/// manifests/ grant just this: a test compares them.
/// </summary>
public static class ApiPermissions
{
    private const string Gateway = "mesh-gateway";
    private const string Registration = "mesh-registration";

    private static readonly ImmutableArray<string> Reading = ["list", "watch"];

    /// <summary>Resources that are not read in the whole cluster.</summary>
    private static readonly ImmutableArray<ApiResource> Confined = [ApiResource.Secret, ApiResource.ConfigMap];

    public static ImmutableArray<ApiGrant> All { get; } =
    [
        .. ApiResource.OfTheMesh.Where(resource => !Confined.Contains(resource)).Select(resource =>
            new ApiGrant(resource.Group, resource.Plural, Reading, GrantScope.Cluster, Gateway, "the mesh model")),
        new("", "configmaps", Reading, GrantScope.Namespace, Gateway, "the mesh's own settings"),
        new("", "secrets", Reading, GrantScope.Namespace, Gateway, "kubeconfigs of remote clusters, certificates that Gateways name"),
        new("coordination.k8s.io", "leases", ["get", "create", "update"], GrantScope.Namespace, Gateway, "leader election"),
        new("networking.istio.io", "workloadentries", ["create", "patch", "delete"], GrantScope.Cluster, Registration, "registration of machines"),
        new("networking.istio.io", "workloadentries/status", ["patch"], GrantScope.Cluster, Registration, "health of machines"),
        new("", "serviceaccounts/token", ["create"], GrantScope.Cluster, Registration, "tokens for machines"),
    ];

    /// <exception cref="InvariantException">Nobody has registered that the code needs this.</exception>
    internal static void Demand(ApiVerb verb, ApiResource resource, string subresource)
    {
        var name = subresource.Length == 0 ? resource.Plural : $"{resource.Plural}/{subresource}";
        var verbName = NameOf(verb);
        foreach (var permission in All)
            if (permission.Group == resource.Group && permission.Resource == name && permission.Verbs.Contains(verbName))
                return;
        Invariant.Holds(false, $"{verbName} of {name} in group \"{resource.Group}\" is not in {nameof(ApiPermissions)}.{nameof(All)}");
    }

    private static string NameOf(ApiVerb verb) => verb switch
    {
        ApiVerb.Get => "get",
        ApiVerb.List => "list",
        ApiVerb.Watch => "watch",
        ApiVerb.Create => "create",
        ApiVerb.Update => "update",
        ApiVerb.Patch => "patch",
        _ => "delete",
    };
}
