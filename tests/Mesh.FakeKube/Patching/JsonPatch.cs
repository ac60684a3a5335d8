using System.Globalization;
using System.Text.Json.Nodes;
using Mesh.FakeKube.Api;
using Mesh.FakeKube.Objects;

namespace Mesh.FakeKube.Patching;

/// <summary>RFC 6902.</summary>
internal static class JsonPatch
{
    /// <exception cref="StatusException">422: a path is not there, or a test fails.</exception>
    public static JsonObject Apply(JsonObject value, JsonArray operations)
    {
        var root = Json.Copy(value);
        foreach (var operation in operations.OfType<JsonObject>())
        {
            var path = Json.Text(operation, "path") ?? throw Failed("Unable to access invalid index: missing path");
            switch (Json.Text(operation, "op"))
            {
                case "add":
                    Add(root, path, Json.Copy(operation["value"]));
                    break;
                case "remove":
                    Remove(root, path);
                    break;
                case "replace":
                    Remove(root, path);
                    Add(root, path, Json.Copy(operation["value"]));
                    break;
                case "move":
                    Add(root, path, Remove(root, Json.Text(operation, "from") ?? ""));
                    break;
                case "copy":
                    Add(root, path, Json.Copy(Find(root, Json.Text(operation, "from") ?? "")));
                    break;
                case "test":
                    if (!Json.Same(FindOrNull(root, path), operation["value"]))
                        throw Failed($"testing value {path} failed: test failed");
                    break;
                default:
                    throw Failed($"Unexpected kind: {Json.Text(operation, "op")}");
            }
        }

        return root;
    }

    private static StatusException Failed(string why) => new(
        422,
        "Invalid",
        "the server rejected our request due to an error in our request",
        new JsonObject { ["causes"] = new JsonArray(new JsonObject { ["message"] = why }) });

    private static string[] Steps(string path) =>
        [.. path.Split('/').Skip(1).Select(step => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))];

    private static JsonNode? FindOrNull(JsonNode root, string path)
    {
        JsonNode? node = root;
        foreach (var step in Steps(path))
        {
            node = node switch
            {
                JsonObject map => map[step],
                JsonArray list when Index(list, step) is { } at && at < list.Count => list[at],
                _ => null,
            };
        }

        return node;
    }

    private static JsonNode Find(JsonNode root, string path) =>
        FindOrNull(root, path) ?? throw Failed($"path {path}: doc is missing path");

    private static int? Index(JsonArray list, string step) =>
        step == "-" ? list.Count : int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;

    private static (JsonNode Parent, string Last) Parent(JsonNode root, string path)
    {
        var steps = Steps(path);
        if (steps.Length == 0) throw Failed("the whole document cannot be replaced");
        var end = path.LastIndexOf('/');
        return (end == 0 ? root : Find(root, path[..end]), steps[^1]);
    }

    private static void Add(JsonNode root, string path, JsonNode? value)
    {
        var (parent, last) = Parent(root, path);
        if (parent is JsonObject map) map[last] = value;
        else if (parent is JsonArray list && Index(list, last) is { } index && index <= list.Count) list.Insert(index, value);
        else throw Failed($"add operation does not apply: doc is missing path: {path}");
    }

    private static JsonNode? Remove(JsonNode root, string path)
    {
        var (parent, last) = Parent(root, path);
        if (parent is JsonObject map && map.TryGetPropertyValue(last, out var found))
        {
            map.Remove(last);
            return found;
        }

        if (parent is JsonArray list && Index(list, last) is { } index && index < list.Count)
        {
            found = list[index];
            list.RemoveAt(index);
            return found;
        }

        throw Failed($"remove operation does not apply: doc is missing path: {path}");
    }
}
