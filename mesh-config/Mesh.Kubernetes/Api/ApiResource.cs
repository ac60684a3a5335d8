using System.Collections.Immutable;
using Mesh.Config.Resources;
using Mesh.Config.Yaml;

namespace Mesh.Kubernetes.Api;

/// <summary>A resource of the API.</summary>
/// <param name="Group">Empty for the core group.</param>
/// <param name="Versions">Versions that are understood, preferred first.</param>
/// <param name="Plural">As in paths, lower case.</param>
internal sealed record ApiResource(string Group, ImmutableArray<string> Versions, string Kind, string Plural, bool Namespaced)
{
    /// <summary>All kinds of the mesh model.</summary>
    public static ImmutableArray<ApiResource> OfTheMesh { get; } =
        [.. ResourceKinds.Kinds.Select(kind => new ApiResource(kind.Group, [.. kind.Versions], kind.Kind, PluralOf(kind.Kind), kind.Namespaced))];

    public static ApiResource Secret { get; } = Of("", "Secret");
    public static ApiResource ConfigMap { get; } = Of("", "ConfigMap");
    public static ApiResource Lease { get; } = new("coordination.k8s.io", ["v1"], "Lease", "leases", true);
    public static ApiResource ServiceAccount { get; } = new("", ["v1"], "ServiceAccount", "serviceaccounts", true);

    /// <summary>Accounts, roles and bindings: what the manifests have besides the kinds of the mesh.</summary>
    public static ImmutableArray<ApiResource> OfAccess { get; } =
    [
        ServiceAccount,
        .. new[] { ("ClusterRole", false), ("ClusterRoleBinding", false), ("Role", true), ("RoleBinding", true) }
            .Select(kind => new ApiResource("rbac.authorization.k8s.io", ["v1"], kind.Item1, PluralOf(kind.Item1), kind.Item2)),
    ];

    public static ApiResource Of(string group, string kind) => OfTheMesh.First(resource => resource.Group == group && resource.Kind == kind);

    /// <summary>True for what comes with a CustomResourceDefinition and so may be missing.</summary>
    public bool IsCustom => Group.Contains("istio.io", StringComparison.Ordinal) || Group == "gateway.networking.k8s.io";

    /// <summary>What is read of it.</summary>
    /// <exception cref="InvalidOperationException">It is none of the mesh.</exception>
    public IMessageSchema Schema =>
        ResourceKinds.Find(Group, Kind)?.Shape ?? throw new InvalidOperationException($"{this} is not read for the mesh");

    /// <summary>True for policies: a mesh without them lets through what they forbid.</summary>
    public bool RestrictsTraffic => Group == "security.istio.io";

    /// <summary>Path below the server's address, without a leading slash.</summary>
    /// <param name="space">Empty for all namespaces.</param>
    public string Path(string version, string space, string name = "", string subresource = "")
    {
        var root = Group.Length == 0 ? $"api/{version}" : $"apis/{Group}/{version}";
        if (space.Length > 0) root += $"/namespaces/{Uri.EscapeDataString(space)}";
        root += "/" + Plural;
        if (name.Length > 0) root += "/" + Uri.EscapeDataString(name);
        return subresource.Length > 0 ? $"{root}/{subresource}" : root;
    }

    /// <summary><c>networking.istio.io/v1</c>, or <c>v1</c> for the core group.</summary>
    public string ApiVersion(string version) => Group.Length == 0 ? version : $"{Group}/{version}";

    public override string ToString() => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    private static string PluralOf(string kind)
    {
        var name = kind.ToLowerInvariant();
        return name.EndsWith('y') && !name.EndsWith("way", StringComparison.Ordinal) ? name[..^1] + "ies"
            : name.EndsWith('s') ? name + "es"
            : name + "s";
    }
}
