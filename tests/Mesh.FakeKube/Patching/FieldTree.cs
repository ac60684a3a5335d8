using System.Text.Json.Nodes;

namespace Mesh.FakeKube.Patching;

/// <summary>Objects as the fields that somebody can own.</summary>
internal static class FieldTree
{
    private static readonly HashSet<string> NobodysMetadata = new(StringComparer.Ordinal)
    {
        "name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds",
        "managedFields", "selfLink", "generateName",
    };

    /// <summary>Each field with its value; an item of a merged list stands for itself too, with null.</summary>
    public static Dictionary<string, JsonNode?> Leaves(JsonObject value, MergeRules rules)
    {
        var leaves = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var (name, node) in value)
        {
            if (name is "apiVersion" or "kind") continue;
            if (name != "metadata") Walk(node, FieldPath.Field(name), name, rules, leaves);
            else if (node is JsonObject metadata)
            {
                foreach (var (field, part) in metadata.Where(part => !NobodysMetadata.Contains(part.Key)))
                    Walk(part, FieldPath.Join("f:metadata", FieldPath.Field(field)), $"metadata.{field}", rules, leaves);
            }
        }

        return leaves;
    }

    /// <summary>Takes the field away, and maps and lists that are empty then.</summary>
    public static void Remove(JsonObject value, string path, MergeRules rules) => Remove(value, FieldPath.Elements(path), "", rules);

    public static JsonObject ToJson(IEnumerable<string> fields)
    {
        var root = new JsonObject();
        foreach (var path in fields.Order(StringComparer.Ordinal))
        {
            var node = root;
            foreach (var element in FieldPath.Elements(path))
            {
                if (node[element] is JsonObject next)
                {
                    // What is owned itself and has owned fields below says so with a dot.
                    if (next.Count == 0) next["."] = new JsonObject();
                    node = next;
                    continue;
                }

                var made = new JsonObject();
                node[element] = made;
                node = made;
            }
        }

        return root;
    }

    public static HashSet<string> FromJson(JsonNode? fields)
    {
        var result = new HashSet<string>(StringComparer.Ordinal);
        if (fields is JsonObject root) Read(root, "", result);
        return result;
    }

    private static void Read(JsonObject node, string path, HashSet<string> result)
    {
        foreach (var (element, child) in node)
        {
            if (element == ".")
            {
                result.Add(path);
                continue;
            }

            var inner = FieldPath.Join(path, element);
            if (child is JsonObject { Count: > 0 } map) Read(map, inner, result);
            else result.Add(inner);
        }
    }

    private static void Walk(JsonNode? node, string path, string fields, MergeRules rules, Dictionary<string, JsonNode?> leaves)
    {
        if (node is JsonObject { Count: > 0 } map)
        {
            foreach (var (name, child) in map)
                Walk(child, FieldPath.Join(path, FieldPath.Field(name)), MergeRules.Join(fields, name), rules, leaves);
        }
        else if (node is JsonArray list && rules.At(fields) is { } rule)
        {
            foreach (var item in list)
            {
                if (rule.ApplyKeys.Count == 0 || item is not JsonObject keyed)
                {
                    leaves[FieldPath.Join(path, FieldPath.Scalar(item))] = null;
                    continue;
                }

                var inner = FieldPath.Join(path, FieldPath.Item(keyed, rule.ApplyKeys));
                leaves[inner] = null;
                foreach (var (name, child) in keyed)
                    Walk(child, FieldPath.Join(inner, FieldPath.Field(name)), MergeRules.Join(fields, name), rules, leaves);
            }
        }
        else
        {
            leaves[path] = node;
        }
    }

    private static void Remove(JsonNode node, ReadOnlySpan<string> elements, string fields, MergeRules rules)
    {
        var element = elements[0];
        if (node is JsonObject map && element.StartsWith("f:", StringComparison.Ordinal))
        {
            var name = element[2..];
            if (elements.Length == 1) map.Remove(name);
            else if (map[name] is { } child)
            {
                Remove(child, elements[1..], MergeRules.Join(fields, name), rules);
                if (child is JsonObject { Count: 0 } or JsonArray { Count: 0 }) map.Remove(name);
            }
        }
        else if (node is JsonArray list)
        {
            var keys = rules.At(fields)?.ApplyKeys ?? [];
            var item = list.FirstOrDefault(one => element == (one is JsonObject keyed && keys.Count > 0
                ? FieldPath.Item(keyed, keys)
                : FieldPath.Scalar(one)));
            if (item is null) return;
            if (elements.Length == 1) list.Remove(item);
            else Remove(item, elements[1..], fields, rules);
        }
    }
}
