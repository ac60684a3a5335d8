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
    private const string Collector = "mesh-collector";
    private const string Registration = "mesh-registration";
    private const string Token = "mesh-vm-token";

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
        new("coordination.k8s.io", "leases", ["list", "delete"], GrantScope.Machines, Collector, "signs of life of machines"),
        new("networking.istio.io", "workloadentries", ["get", "patch", "delete"], GrantScope.Machines, Collector, "cleaning up after machines"),
        new("networking.istio.io", "workloadentries/status", ["patch"], GrantScope.Machines, Collector, "machines that are dead"),
        new("coordination.k8s.io", "leases", ["get", "create", "update", "delete"], GrantScope.Machines, Registration, "signs of life of machines"),
        new("networking.istio.io", "workloadentries", ["get", "create", "patch", "delete"], GrantScope.Machines, Registration, "registration of machines"),
        new("networking.istio.io", "workloadentries/status", ["patch"], GrantScope.Machines, Registration, "health of machines"),
        new("", "serviceaccounts/token", ["create"], GrantScope.Machines, Token, "tokens for machines"),
    ];

    /// <summary>
    /// What whoever sets up a cluster asks for besides: as the person that runs the program, with that person's rights. No role of ours grants it.
    /// </summary>
    internal static ImmutableArray<ApiGrant> Installing { get; } =
    [
        .. All,
        .. ApiResource.OfTheMesh.Concat(ApiResource.OfAccess)
            .SelectMany(resource => new[] { resource.Plural, resource.Plural + "/status" }
                .Select(name => new ApiGrant(resource.Group, name, ["patch"], GrantScope.Cluster, "", "setting up a mesh"))),
    ];

    /// <param name="granted">What may be asked for; null: <see cref="All"/>.</param>
    /// <exception cref="InvariantException">Nobody has registered that the code needs this.</exception>
    internal static void Demand(ApiVerb verb, ApiResource resource, string subresource, ImmutableArray<ApiGrant>? granted = null)
    {
        var name = subresource.Length == 0 ? resource.Plural : $"{resource.Plural}/{subresource}";
        var verbName = NameOf(verb);
        foreach (var permission in granted ?? All)
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
