using System.Text.Json.Nodes;
using Mesh.FakeKube.Kinds;
using Mesh.FakeKube.Objects;
using Mesh.FakeKube.Storage;

namespace Mesh.FakeKube.Security;

/// <summary>Decides by the roles and bindings that are stored, and by what Kubernetes lets every authenticated user do.</summary>
internal sealed class RbacAuthorizer(ObjectStore store)
{
    private static readonly string[] OpenPaths =
        ["/api", "/apis", "/version", "/openapi", "/healthz", "/livez", "/readyz", "/.well-known/openid-configuration", "/openid/v1/jwks"];

    public bool Allows(KubeUser user, AccessRequest request) =>
        user.IsMaster || IsBasic(request) || Rules(user, request.Namespace).Any(rule => Allows(rule, request));

    /// <summary>The rules that a user has there: in all namespaces, and in <paramref name="space"/> where it is one.</summary>
    public IEnumerable<JsonObject> Rules(KubeUser user, string space)
    {
        foreach (var binding in store.All(BuiltInKinds.ClusterRoleBinding.Id).Select(found => found.Parse()).Where(found => IsBound(found, user, "")))
        {
            foreach (var rule in RulesOf(binding, "")) yield return rule;
        }

        if (space.Length == 0) yield break;
        foreach (var binding in store.All(BuiltInKinds.RoleBinding.Id).Where(found => found.Namespace == space).Select(found => found.Parse()))
        {
            if (!IsBound(binding, user, space)) continue;
            foreach (var rule in RulesOf(binding, space)) yield return rule;
        }
    }

    /// <summary>What <c>system:discovery</c> and <c>system:basic-user</c> allow.</summary>
    private static bool IsBasic(AccessRequest request)
    {
        if (request.Path.Length > 0)
        {
            return request.Verb is "get" or "head" && OpenPaths.Any(path =>
                request.Path == path || request.Path.StartsWith(path + "/", StringComparison.Ordinal));
        }

        return request.Verb == "create"
            && request is { Group: "authorization.k8s.io", Resource: "selfsubjectaccessreviews" or "selfsubjectrulesreviews" }
                or { Group: "authentication.k8s.io", Resource: "selfsubjectreviews" };
    }

    private static bool IsBound(JsonObject binding, KubeUser user, string space) =>
        Json.Maps(binding, "subjects").Any(subject => Json.Text(subject, "kind") switch
        {
            "User" => Json.Text(subject, "name") == user.Name,
            "Group" => user.Groups.Contains(Json.Text(subject, "name") ?? ""),
            "ServiceAccount" =>
                user.Name == $"system:serviceaccount:{Json.Text(subject, "namespace") ?? space}:{Json.Text(subject, "name")}",
            _ => false,
        });

    private static bool Allows(JsonObject rule, AccessRequest request)
    {
        if (!Has(rule, "verbs", request.Verb)) return false;
        if (request.Path.Length > 0)
        {
            return Json.Texts(rule, "nonResourceURLs").Any(url =>
                url == request.Path || (url.EndsWith('*') && request.Path.StartsWith(url[..^1], StringComparison.Ordinal)));
        }

        var names = Json.Texts(rule, "resourceNames").ToList();
        return Has(rule, "apiGroups", request.Group)
            && (Has(rule, "resources", request.ResourceWithPart)
                || (request.Subresource.Length > 0 && Json.Texts(rule, "resources").Contains("*/" + request.Subresource)))
            && (names.Count == 0 || names.Contains(request.Name));
    }

    private static bool Has(JsonObject rule, string list, string wanted) =>
        Json.Texts(rule, list).Any(item => item == wanted || item == "*");

    private IEnumerable<JsonObject> RulesOf(JsonObject binding, string space)
    {
        var type = Json.Text(binding, "roleRef", "kind") == "Role" ? BuiltInKinds.Role : BuiltInKinds.ClusterRole;
        var role = store.Get(type, type.Namespaced ? space : "", Json.Text(binding, "roleRef", "name") ?? "");
        return role is null ? [] : Json.Maps(role.Parse(), "rules");
    }
}
