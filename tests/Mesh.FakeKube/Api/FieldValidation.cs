using System.Text.Json.Nodes;
using Mesh.FakeKube.Kinds;

namespace Mesh.FakeKube.Api;

/// <summary><c>fieldValidation</c>, as far as it goes here: fields beside <c>metadata</c> that the kind does not have.</summary>
internal static class FieldValidation
{
    private static readonly Dictionary<string, string[]> Known = new(StringComparer.Ordinal)
    {
        ["serviceaccounts"] = ["secrets", "imagePullSecrets", "automountServiceAccountToken"],
        ["configmaps"] = ["data", "binaryData", "immutable"],
        ["secrets"] = ["data", "stringData", "type", "immutable"],
        ["endpointslices.discovery.k8s.io"] = ["addressType", "endpoints", "ports"],
        ["clusterroles.rbac.authorization.k8s.io"] = ["rules", "aggregationRule"],
        ["roles.rbac.authorization.k8s.io"] = ["rules"],
        ["clusterrolebindings.rbac.authorization.k8s.io"] = ["subjects", "roleRef"],
        ["rolebindings.rbac.authorization.k8s.io"] = ["subjects", "roleRef"],
    };

    private static readonly string[] Usual = ["spec", "status"];

    /// <summary>Drops unknown fields, as decoding does; warns of them or refuses them as the request wishes.</summary>
    /// <exception cref="StatusException">400 with <c>fieldValidation=Strict</c>.</exception>
    public static void Check(ApiRequest request, JsonObject value)
    {
        var unknown = Unknown(request.Type, value);
        if (unknown.Count == 0) return;
        foreach (var name in unknown) value.Remove(name);
        var mode = request.Query("fieldValidation");
        if (mode == "Strict")
        {
            throw StatusException.BadRequest(
                $"{request.Type.Kind} in version \"{request.Path.Version}\" cannot be handled as a {request.Type.Kind}: strict decoding error: {string.Join(", ", unknown.Select(name => $"unknown field \"{name}\""))}");
        }

        if (mode == "Ignore") return;
        foreach (var name in unknown) request.Context.Response.Headers.Append("Warning", $"299 - \"unknown field \\\"{name}\\\"\"");
    }

    /// <summary>Fields beside <c>metadata</c> that objects of the kind have.</summary>
    public static IReadOnlyList<string> FieldsOf(ResourceType type) => Known.GetValueOrDefault(type.Id, Usual);

    private static List<string> Unknown(ResourceType type, JsonObject value) =>
        [.. value.Select(field => field.Key).Where(name => name is not ("apiVersion" or "kind" or "metadata") && !FieldsOf(type).Contains(name))];
}
