using System.Text.Json.Nodes;
using Mesh.FakeKube.Objects;
using Mesh.FakeKube.Patching;
using Mesh.FakeKube.Storage;

namespace Mesh.FakeKube.Api;

/// <summary>patch, in the four forms that Kubernetes has.</summary>
internal sealed class PatchHandler(ClusterState cluster)
{
    private const string JsonType = "application/json-patch+json";
    private const string MergeType = "application/merge-patch+json";
    private const string StrategicType = "application/strategic-merge-patch+json";
    private const string ApplyType = "application/apply-patch+yaml";

    /// <returns>The object, and whether it was created.</returns>
    public async Task<(StoredObject Value, bool Created)> PatchAsync(ApiRequest request)
    {
        var form = (request.Context.Request.ContentType ?? "").Split(';')[0].Trim();
        string[] known = request.Type.IsCustom ? [JsonType, MergeType, ApplyType] : [JsonType, MergeType, StrategicType, ApplyType];
        if (!known.Contains(form)) throw StatusException.UnsupportedMediaType(string.Join(", ", known));
        var body = await request.BodyAsync() ?? throw StatusException.BadRequest("the body of the request is empty");
        lock (cluster.Store.Gate)
        {
            var current = cluster.Store.Get(request.Type, request.Namespace, request.Path.Name);
            if (form == ApplyType) return Apply(request, current, Map(body));
            if (current is null) throw StatusException.NotFound(request.Type, request.Path.Name);
            var value = current.Parse(request.Path.Version);
            var next = form switch
            {
                JsonType => JsonPatch.Apply(value, body as JsonArray ?? throw StatusException.BadRequest("a JSON patch is a list")),
                MergeType => MergePatch.Apply(value, Map(body)),
                _ => StrategicMergePatch.Apply(value, Map(body), request.Type.Lists),
            };
            if (Metadata.Name(next) != request.Path.Name || (request.Type.Namespaced && Metadata.Namespace(next) != request.Namespace))
                throw StatusException.BadRequest("the name and namespace of an object cannot be patched");
            FieldValidation.Check(request, next);
            return (cluster.Writer.Replace(current, next, request.WriteOptions()), false);
        }
    }

    private static JsonObject Map(JsonNode body) => body as JsonObject ?? throw StatusException.BadRequest("the patch is no map");

    private (StoredObject Value, bool Created) Apply(ApiRequest request, StoredObject? current, JsonObject applied)
    {
        if (request.Query("fieldManager").Length == 0)
            throw Invalid("fieldManager", "FieldValueRequired", "Required value: is required for apply patch");
        if (Json.At(applied, "metadata", "managedFields") is not null)
            throw StatusException.BadRequest("metadata.managedFields must be nil");
        if (Metadata.Name(applied) is { Length: > 0 } name && name != request.Path.Name)
            throw StatusException.BadRequest($"the name of the object ({name}) does not match the name on the URL ({request.Path.Name})");
        Metadata.Of(applied)["name"] = request.Path.Name;
        if (request.Type.Namespaced) Metadata.Of(applied)["namespace"] = request.Namespace;
        FieldValidation.Check(request, applied);
        var options = request.WriteOptions() with { Tracked = true };
        var wanted = Metadata.ResourceVersion(applied);
        var merged = ServerSideApply.Apply(
            request.Type, current?.Parse(), applied, options, request.Flag("force"), cluster.Time.GetUtcNow());
        if (current is not null)
        {
            if (wanted is not null) Metadata.Of(merged)["resourceVersion"] = wanted;
            return (cluster.Writer.Replace(current, merged, options), false);
        }

        if (options.Subresource.Length > 0) throw StatusException.NotFound(request.Type, request.Path.Name);
        if (wanted is not null) throw StatusException.Conflict(request.Type, request.Path.Name);
        return (cluster.Writer.Create(request.Type, request.Namespace, merged, options), true);
    }

    private static StatusException Invalid(string field, string reason, string why) => new(
        422,
        "Invalid",
        $"PatchOptions.meta.k8s.io \"\" is invalid: {field}: {why}",
        new JsonObject { ["causes"] = new JsonArray(new JsonObject { ["reason"] = reason, ["message"] = why, ["field"] = field }) });
}
