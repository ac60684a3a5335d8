using System.Text.Json.Nodes;
using Mesh.FakeKube.Objects;

namespace Mesh.FakeKube.Patching;

/// <summary>Kubernetes' own patch for its built-in kinds: lists are merged by key, with directives in the patch.</summary>
/// <remarks>Source: kubernetes community, sig-api-machinery/strategic-merge-patch.md.</remarks>
internal static class StrategicMergePatch
{
    private const string Directive = "$patch";
    private const string Order = "$setElementOrder/";
    private const string DeletePrimitives = "$deleteFromPrimitiveList/";
    private const string RetainKeys = "$retainKeys";

    public static JsonObject Apply(JsonObject value, JsonObject patch, MergeRules rules) => Map(value, patch, rules, "") ?? [];

    /// <returns>Null when the patch deletes the map.</returns>
    private static JsonObject? Map(JsonObject value, JsonObject patch, MergeRules rules, string path)
    {
        switch (Json.Text(patch, Directive))
        {
            case "delete":
                return null;
            case "replace":
                var replacement = Json.Copy(patch);
                replacement.Remove(Directive);
                return replacement;
        }

        var result = Json.Copy(value);
        if (patch[RetainKeys] is not null)
        {
            var kept = Json.Texts(patch, RetainKeys).ToHashSet(StringComparer.Ordinal);
            foreach (var name in result.Select(field => field.Key).Where(name => !kept.Contains(name)).ToList()) result.Remove(name);
        }

        foreach (var (name, change) in patch)
        {
            if (name is Directive or RetainKeys || name.StartsWith(Order, StringComparison.Ordinal)) continue;
            if (name.StartsWith(DeletePrimitives, StringComparison.Ordinal)) Delete(result, name[DeletePrimitives.Length..], change);
            else if (change is null) result.Remove(name);
            else Set(result, name, Value(result[name], change, rules, MergeRules.Join(path, name)));
        }

        foreach (var (name, order) in patch)
        {
            if (!name.StartsWith(Order, StringComparison.Ordinal)) continue;
            var list = name[Order.Length..];
            if (result[list] is JsonArray items && order is JsonArray wanted)
                result[list] = Sort(items, wanted, rules.At(MergeRules.Join(path, list))?.PatchKey ?? "");
        }

        return result;
    }

    private static void Set(JsonObject result, string name, JsonNode? value)
    {
        if (value is null) result.Remove(name);
        else result[name] = value;
    }

    private static JsonNode? Value(JsonNode? value, JsonNode change, MergeRules rules, string path) => change switch
    {
        JsonObject map => Map(value as JsonObject ?? [], map, rules, path),
        JsonArray list when rules.At(path)?.PatchKey is { } key => List(value as JsonArray ?? [], list, key, rules, path),
        _ => Json.Copy(change),
    };

    private static JsonArray List(JsonArray value, JsonArray change, string key, MergeRules rules, string path)
    {
        if (key.Length == 0)
        {
            var union = Json.Copy(value);
            foreach (var item in change.Where(item => !union.Any(known => Json.Same(known, item))).ToList()) union.Add(Json.Copy(item));
            return union;
        }

        var replaces = change.OfType<JsonObject>().Any(item => Json.Text(item, Directive) == "replace" && item[key] is null);
        var result = replaces ? [] : Json.Copy(value);
        foreach (var item in change.OfType<JsonObject>().Where(item => item[key] is not null))
        {
            var known = result.OfType<JsonObject>().FirstOrDefault(one => Json.Same(one[key], item[key]));
            var merged = Map(known ?? [], item, rules, path);
            if (known is null && merged is not null) result.Add(merged);
            else if (known is not null && merged is null) result.Remove(known);
            else if (known is not null) result[result.IndexOf(known)] = merged;
        }

        return result;
    }

    private static void Delete(JsonObject result, string list, JsonNode? gone)
    {
        if (result[list] is not JsonArray items || gone is not JsonArray all) return;
        result[list] = new JsonArray([.. items.Where(item => !all.Any(one => Json.Same(one, item))).Select(Json.Copy)]);
    }

    /// <summary>As the patch's author sees them; items the author does not know keep their order at the end.</summary>
    private static JsonArray Sort(JsonArray items, JsonArray wanted, string key)
    {
        int Rank(JsonNode? item)
        {
            for (var index = 0; index < wanted.Count; index++)
            {
                var one = wanted[index];
                if (key.Length == 0 ? Json.Same(one, item) : Json.Same(Json.At(one, key), Json.At(item, key))) return index;
            }

            return wanted.Count;
        }

        return new JsonArray([.. items.OrderBy(Rank).Select(Json.Copy)]);
    }
}
