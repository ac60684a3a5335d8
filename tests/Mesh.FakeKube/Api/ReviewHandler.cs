using System.Text.Json.Nodes;
using Mesh.FakeKube.Objects;
using Mesh.FakeKube.Security;

namespace Mesh.FakeKube.Api;

/// <summary>Questions that are asked by creating an object: may I, who am I, whose token is this.</summary>
internal sealed class ReviewHandler(ClusterState cluster)
{
    /// <returns>False when the path is no review.</returns>
    public async Task<bool> TryAnswerAsync(HttpContext context, RequestPath path, KubeUser user, JsonNode? body)
    {
        var status = (path.Group, path.Resource) switch
        {
            ("authorization.k8s.io", "selfsubjectaccessreviews") => Access(user, body),
            ("authorization.k8s.io", "subjectaccessreviews") => Access(Subject(body), body),
            ("authorization.k8s.io", "selfsubjectrulesreviews") => Rules(user, body),
            ("authentication.k8s.io", "selfsubjectreviews") => new JsonObject { ["userInfo"] = Info(user) },
            ("authentication.k8s.io", "tokenreviews") => Token(body),
            _ => null,
        };
        if (status is null) return false;
        if (context.Request.Method != "POST") throw StatusException.MethodNotAllowed();
        var answer = new JsonObject
        {
            ["kind"] = Json.Text(body, "kind"),
            ["apiVersion"] = $"{path.Group}/{path.Version}",
            ["metadata"] = new JsonObject { ["creationTimestamp"] = null },
            ["spec"] = Json.Copy(Json.At(body, "spec")),
            ["status"] = status,
        };
        await Answers.WriteAsync(context, answer, 201);
        return true;
    }

    private static KubeUser Subject(JsonNode? body) =>
        new(Json.Text(body, "spec", "user") ?? "", [.. Json.Texts(body, "spec", "groups")]);

    private static JsonObject Info(KubeUser user) => new() { ["username"] = user.Name, ["groups"] = Json.Array(user.Groups) };

    private JsonObject Access(KubeUser user, JsonNode? body)
    {
        var wanted = Json.At(body, "spec", "resourceAttributes");
        string Part(string name) => Json.Text(wanted, name) ?? "";

        var request = wanted is not null
            ? new AccessRequest(Part("verb"), Part("group"), Part("resource"), Part("subresource"), Part("namespace"), Part("name"))
            : new AccessRequest(
                Json.Text(body, "spec", "nonResourceAttributes", "verb") ?? "",
                Path: Json.Text(body, "spec", "nonResourceAttributes", "path") ?? "");
        var allowed = cluster.Authorizer.Allows(user, request);
        var status = new JsonObject { ["allowed"] = allowed };
        if (allowed) status["reason"] = "RBAC: allowed by a role";
        return status;
    }

    private JsonObject Rules(KubeUser user, JsonNode? body)
    {
        var rules = cluster.Authorizer.Rules(user, Json.Text(body, "spec", "namespace") ?? "").ToList();
        if (user.IsMaster) rules.Add(new JsonObject { ["verbs"] = new JsonArray("*"), ["apiGroups"] = new JsonArray("*"), ["resources"] = new JsonArray("*") });
        return new JsonObject
        {
            ["resourceRules"] = new JsonArray([.. rules.Where(rule => rule["resources"] is not null).Select(Json.Copy)]),
            ["nonResourceRules"] = new JsonArray([.. rules.Where(rule => rule["nonResourceURLs"] is not null).Select(Json.Copy)]),
            ["incomplete"] = false,
        };
    }

    private JsonObject Token(JsonNode? body)
    {
        var audience = Json.Texts(body, "spec", "audiences").FirstOrDefault();
        var user = cluster.Authenticator.UserOf(Json.Text(body, "spec", "token") ?? "", audience);
        if (user is null) return new JsonObject { ["authenticated"] = false, ["error"] = "[invalid bearer token]" };
        return new JsonObject
        {
            ["authenticated"] = true,
            ["user"] = Info(user),
            ["audiences"] = Json.Array([audience ?? cluster.Options.Issuer]),
        };
    }
}
