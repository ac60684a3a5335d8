using System.Text.Json.Nodes;
using Mesh.FakeKube.Api;
using Mesh.FakeKube.Kinds;
using Mesh.FakeKube.Objects;

namespace Mesh.FakeKube.Patching;

/// <summary>Merges what a manager applies: its fields become its own, what it no longer mentions goes unless somebody else owns it.</summary>
/// <remarks>Source: kubernetes.io/docs/reference/using-api/server-side-apply.</remarks>
internal static class ServerSideApply
{
    /// <param name="current">Null when the object is to be created.</param>
    /// <returns>The object to write, with its <c>managedFields</c>.</returns>
    /// <exception cref="StatusException">409: another manager has set a field to another value, and <paramref name="force"/> is not set.</exception>
    public static JsonObject Apply(
        ResourceType type, JsonObject? current, JsonObject applied, WriteOptions options, bool force, DateTimeOffset now)
    {
        var wish = Json.Copy(applied);
        wish.Remove("apiVersion");
        wish.Remove("kind");
        Keep(type, wish, options.Subresource);
        var set = FieldTree.Leaves(wish, type.Lists);
        var owners = FieldOwner.Read(current);
        var live = current is null ? [] : FieldTree.Leaves(current, type.Lists);
        var mine = owners.Find(owner =>
            owner.Manager == options.Manager && owner.Operation == "Apply" && owner.Subresource == options.Subresource);
        var others = owners.Where(owner => owner != mine).ToList();
        var changed = set.Where(field => !live.TryGetValue(field.Key, out var value) || !Json.Same(value, field.Value))
            .Select(field => field.Key).ToHashSet(StringComparer.Ordinal);
        Settle(others, changed, force);

        var merged = Merge(current ?? [], wish, type.Lists, "");
        var kept = others.SelectMany(owner => owner.Fields).ToHashSet(StringComparer.Ordinal);
        // An empty map that was applied has fields now: it is not gone.
        var gone = (mine?.Fields ?? []).Where(field => !set.ContainsKey(field) && !kept.Contains(field) && !set.Keys.Any(other => IsBelow(other, field))).ToList();
        // Items before their fields: without its key an item is not found any more.
        foreach (var field in gone.OrderBy(field => field.Length)) FieldTree.Remove(merged, field, type.Lists);

        if (mine is null)
        {
            mine = new FieldOwner
            {
                Manager = options.Manager,
                Operation = "Apply",
                ApiVersion = "",
                Subresource = options.Subresource,
            };
            owners.Insert(0, mine);
        }

        if (changed.Count > 0 || !mine.Fields.SetEquals(set.Keys) || mine.ApiVersion.Length == 0) mine.Time = Metadata.Time(now);
        mine.ApiVersion = type.ApiVersion(options.Version);
        mine.Fields = [.. set.Keys];
        FieldOwner.Write(merged, owners);
        return merged;
    }

    private static bool IsBelow(string field, string parent) => field.StartsWith(parent + FieldPath.Separator, StringComparison.Ordinal);

    /// <summary>The status is applied by its subresource only, and nothing but the status there.</summary>
    private static void Keep(ResourceType type, JsonObject wish, string subresource)
    {
        if (subresource.Length == 0)
        {
            if (type.HasStatus) wish.Remove("status");
            return;
        }

        foreach (var name in wish.Select(field => field.Key).Where(name => name != subresource && name != "metadata").ToList()) wish.Remove(name);
        if (wish["metadata"] is not JsonObject metadata) return;
        foreach (var name in metadata.Select(field => field.Key).Where(name => name is not ("name" or "namespace")).ToList()) metadata.Remove(name);
    }

    private static void Settle(List<FieldOwner> others, HashSet<string> changed, bool force)
    {
        var conflicts = others.Select(owner => (owner, fields: owner.Fields.Where(changed.Contains).Order(StringComparer.Ordinal).ToList()))
            .Where(conflict => conflict.fields.Count > 0).ToList();
        if (conflicts.Count == 0) return;
        if (!force) throw Conflict(conflicts);
        foreach (var (owner, fields) in conflicts) owner.Fields.ExceptWith(fields);
    }

    private static StatusException Conflict(List<(FieldOwner Owner, List<string> Fields)> conflicts)
    {
        var count = conflicts.Sum(conflict => conflict.Fields.Count);
        var text = count == 1
            ? $"conflict with {conflicts[0].Owner.Describe()}: {FieldPath.Describe(conflicts[0].Fields[0])}"
            : string.Join('\n', conflicts.Select(conflict =>
                $"conflicts with {conflict.Owner.Describe()}:\n{string.Join('\n', conflict.Fields.Select(field => "- " + FieldPath.Describe(field)))}"));
        var causes = conflicts.SelectMany(conflict => conflict.Fields.Select(field => (JsonNode)new JsonObject
        {
            ["reason"] = "FieldManagerConflict",
            ["message"] = $"conflict with {conflict.Owner.Describe()}",
            ["field"] = FieldPath.Describe(field),
        }));
        return new StatusException(
            409,
            "Conflict",
            $"Apply failed with {count} conflict{(count == 1 ? "" : "s")}: {text}",
            new JsonObject { ["causes"] = new JsonArray([.. causes]) });
    }

    private static JsonObject Merge(JsonObject value, JsonObject wish, MergeRules rules, string path)
    {
        var result = Json.Copy(value);
        foreach (var (name, wanted) in wish)
        {
            var inner = MergeRules.Join(path, name);
            result[name] = wanted switch
            {
                JsonObject map => Merge(result[name] as JsonObject ?? [], map, rules, inner),
                JsonArray list when rules.At(inner) is { } rule => Merge(result[name] as JsonArray ?? [], list, rule, rules, inner),
                _ => Json.Copy(wanted),
            };
        }

        return result;
    }

    private static JsonArray Merge(JsonArray value, JsonArray wish, ListRule rule, MergeRules rules, string path)
    {
        var result = Json.Copy(value);
        foreach (var wanted in wish)
        {
            if (rule.ApplyKeys.Count == 0 || wanted is not JsonObject item)
            {
                if (!result.Any(known => Json.Same(known, wanted))) result.Add(Json.Copy(wanted));
                continue;
            }

            var key = FieldPath.Item(item, rule.ApplyKeys);
            var known = result.OfType<JsonObject>().FirstOrDefault(one => FieldPath.Item(one, rule.ApplyKeys) == key);
            var merged = Merge(known ?? [], item, rules, path);
            if (known is null) result.Add(merged);
            else result[result.IndexOf(known)] = merged;
        }

        return result;
    }
}
