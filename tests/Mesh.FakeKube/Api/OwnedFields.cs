using System.Text.Json.Nodes;
using Mesh.FakeKube.Kinds;
using Mesh.FakeKube.Objects;
using Mesh.FakeKube.Patching;

namespace Mesh.FakeKube.Api;

/// <summary>Keeps <c>metadata.managedFields</c> for writes that are no server-side apply: who changes a field owns it.</summary>
internal static class OwnedFields
{
    /// <param name="old">Null for a creation.</param>
    public static void Track(ResourceType type, JsonObject? old, JsonObject next, WriteOptions options, DateTimeOffset now)
    {
        var before = old is null ? [] : FieldTree.Leaves(old, type.Lists);
        var after = FieldTree.Leaves(next, type.Lists);
        var changed = after.Where(field => !before.TryGetValue(field.Key, out var value) || !Json.Same(value, field.Value))
            .Select(field => field.Key).ToHashSet(StringComparer.Ordinal);
        var removed = before.Keys.Where(field => !after.ContainsKey(field)).ToHashSet(StringComparer.Ordinal);
        var owners = FieldOwner.Read(next);
        if (changed.Count > 0 || removed.Count > 0)
        {
            var version = type.ApiVersion(options.Version);
            var mine = owners.Find(owner => owner.Manager == options.Manager && owner.Operation == "Update"
                && owner.ApiVersion == version && owner.Subresource == options.Subresource);
            if (mine is null)
            {
                mine = new FieldOwner
                {
                    Manager = options.Manager,
                    Operation = "Update",
                    ApiVersion = version,
                    Subresource = options.Subresource,
                };
                owners.Add(mine);
            }

            foreach (var owner in owners)
            {
                if (owner != mine) owner.Fields.ExceptWith(changed);
                owner.Fields.ExceptWith(removed);
            }

            mine.Fields.UnionWith(changed);
            mine.Time = Metadata.Time(now);
        }

        FieldOwner.Write(next, owners);
    }
}
