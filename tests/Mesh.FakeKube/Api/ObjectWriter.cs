using System.Text.Json.Nodes;
using Mesh.FakeKube.Kinds;
using Mesh.FakeKube.Objects;
using Mesh.FakeKube.Storage;

namespace Mesh.FakeKube.Api;

/// <summary>Creates, replaces and deletes, with what the API server adds to objects on the way.</summary>
internal sealed class ObjectWriter(ClusterState cluster)
{
    private static readonly string[] KeptMetadata =
        ["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink"];

    private readonly ObjectStore store = cluster.Store;
    private readonly ClusterSideEffects effects = new(cluster);
    private readonly ObjectDefaults defaults = new();

    /// <summary>Takes <paramref name="value"/> over.</summary>
    /// <exception cref="StatusException">It exists, is not valid, or its namespace is not there.</exception>
    public StoredObject Create(ResourceType type, string space, JsonObject value, WriteOptions options)
    {
        lock (store.Gate)
        {
            var metadata = Metadata.Of(value);
            if (Json.Text(metadata, "name") is null or "" && Json.Text(metadata, "generateName") is { Length: > 0 } prefix)
                metadata["name"] = prefix + RandomNames.Suffix();
            var name = Metadata.Name(value);
            if (name.Length == 0) throw StatusException.Invalid(type, "", "metadata.name", "Required value: name or generateName is required");
            Validation.Name(type, name);
            SetNamespace(type, space, value);
            CheckNamespace(type, space, name);
            if (Metadata.ResourceVersion(value) is not null)
                throw StatusException.BadRequest("resourceVersion should not be set on objects to be created");
            if (store.Get(type, space, name) is not null) throw StatusException.AlreadyExists(type, name);
            metadata["uid"] = Guid.NewGuid().ToString();
            metadata["creationTimestamp"] = Metadata.Time(cluster.Time.GetUtcNow());
            metadata.Remove("deletionTimestamp");
            metadata.Remove("generation");
            if (type.HasGeneration) metadata["generation"] = 1;
            // Nodes and definitions come with theirs; all others get it by the subresource.
            if (type.HasStatus && type != BuiltInKinds.Node && type != BuiltInKinds.CustomResourceDefinition) value.Remove("status");
            defaults.OnCreate(type, value);
            Validation.Object(type, value);
            if (cluster.Options.RefuseLoopback) Validation.Addresses(type, value);
            if (!options.Tracked) OwnedFields.Track(type, null, value, options, cluster.Time.GetUtcNow());
            if (options.DryRun) return StoredObject.Of(type, 0, value);
            var stored = store.Put(type, value);
            effects.After(stored);
            return store.Get(type, space, name) ?? stored;
        }
    }

    /// <summary>Replaces what is there; takes <paramref name="value"/> over.</summary>
    /// <exception cref="StatusException">Not there, changed meanwhile, or not valid.</exception>
    public StoredObject Replace(ResourceType type, string space, string name, JsonObject value, WriteOptions options)
    {
        lock (store.Gate)
        {
            if (Metadata.Name(value) != name)
            {
                throw StatusException.BadRequest(
                    $"the name of the object ({Metadata.Name(value)}) does not match the name on the URL ({name})");
            }

            SetNamespace(type, space, value);
            var current = store.Get(type, space, name);
            if (current is null && type.AllowsCreateOnUpdate && options.Subresource.Length == 0) return Create(type, space, value, options);
            if (current is null) throw StatusException.NotFound(type, name);
            if (type.IsCustom && Metadata.ResourceVersion(value) is null)
            {
                throw StatusException.Invalid(
                    type, name, "metadata.resourceVersion", "Invalid value: 0x0: must be specified for an update");
            }

            return Replace(current, value, options);
        }
    }

    /// <summary>Like <see cref="Replace(ResourceType, string, string, JsonObject, WriteOptions)"/>, of an object that was read under the gate.</summary>
    public StoredObject Replace(StoredObject current, JsonObject value, WriteOptions options)
    {
        var type = current.Type;
        value.Remove("apiVersion");
        value.Remove("kind");
        CheckPreconditions(current, Metadata.ResourceVersion(value), Json.Text(value, "metadata", "uid"));
        var old = current.Parse();
        var next = options.Subresource.Length > 0 ? WithSubresource(old, value, options.Subresource) : value;
        var metadata = Metadata.Of(next);
        foreach (var field in KeptMetadata)
        {
            if (Json.At(old, "metadata", field) is { } kept) metadata[field] = Json.Copy(kept);
            else metadata.Remove(field);
        }

        if (options.Subresource.Length == 0 && type.HasStatus)
        {
            next.Remove("status");
            if (old["status"] is { } status) next["status"] = Json.Copy(status);
        }

        defaults.OnUpdate(type, old, next);
        Validation.Object(type, next);
        if (cluster.Options.RefuseLoopback) Validation.Addresses(type, next);
        Validation.Change(type, old, next);
        if (Json.At(metadata, "managedFields") is null && Json.At(old, "metadata", "managedFields") is { } managed)
            metadata["managedFields"] = Json.Copy(managed);
        if (!options.Tracked) OwnedFields.Track(type, old, next, options, cluster.Time.GetUtcNow());
        if (type.HasGeneration && !SameWish(type, old, next)) metadata["generation"] = (Json.Number(metadata, "generation") ?? 0) + 1;
        metadata["resourceVersion"] = Json.Copy(Json.At(old, "metadata", "resourceVersion"));
        if (Json.Same(old, next)) return current;
        if (options.DryRun) return StoredObject.Of(type, current.Revision, next);
        if (Metadata.IsTerminating(next) && Metadata.Finalizers(next).Count == 0 && !effects.KeepsTerminating(type, next))
        {
            store.Put(type, next);
            return Finish(store.Get(type, current.Namespace, current.Name)!);
        }

        var stored = store.Put(type, next);
        effects.After(stored);
        return store.Get(type, current.Namespace, current.Name) ?? stored;
    }

    /// <returns>The object, and whether it is gone rather than terminating.</returns>
    /// <exception cref="StatusException">Not there, or a precondition does not hold.</exception>
    public (StoredObject Value, bool Gone) Delete(ResourceType type, string space, string name, JsonObject? deleteOptions, bool dryRun)
    {
        lock (store.Gate)
        {
            var current = store.Get(type, space, name) ?? throw StatusException.NotFound(type, name);
            CheckPreconditions(
                current,
                Json.Text(deleteOptions, "preconditions", "resourceVersion"),
                Json.Text(deleteOptions, "preconditions", "uid"));
            if (dryRun) return (current, true);
            var value = current.Parse();
            if (Metadata.Finalizers(value).Count == 0 && !effects.KeepsTerminating(type, value)) return (Finish(current), true);
            if (!Metadata.IsTerminating(value))
            {
                Metadata.Of(value)["deletionTimestamp"] = Metadata.Time(cluster.Time.GetUtcNow());
                Metadata.Of(value)["deletionGracePeriodSeconds"] = 0;
                if (type.HasGeneration) Metadata.Of(value)["generation"] = (Json.Number(value, "metadata", "generation") ?? 0) + 1;
                ClusterSideEffects.OnTerminating(type, value);
                current = store.Put(type, value);
            }

            effects.AfterTerminating(current);
            return store.Get(type, space, name) is { } left ? (left, false) : (current, true);
        }
    }

    /// <summary>Removes the object and what goes with it.</summary>
    public StoredObject Finish(StoredObject current)
    {
        var last = store.Remove(current);
        effects.AfterRemoval(last);
        return last;
    }

    private static void CheckPreconditions(StoredObject current, string? resourceVersion, string? uid)
    {
        if (resourceVersion is not null && resourceVersion != current.Revision.ToString(System.Globalization.CultureInfo.InvariantCulture))
            throw StatusException.Conflict(current.Type, current.Name);
        if (uid is { Length: > 0 } && Json.Text(current.Parse(), "metadata", "uid") is var actual && uid != actual)
        {
            throw StatusException.Conflict(
                current.Type, current.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {actual}");
        }
    }

    private static JsonObject WithSubresource(JsonObject old, JsonObject value, string part)
    {
        var next = Json.Copy(old);
        next.Remove(part);
        if (value[part] is { } written) next[part] = Json.Copy(written);
        if (Json.At(value, "metadata", "managedFields") is { } managed) Metadata.Of(next)["managedFields"] = Json.Copy(managed);
        return next;
    }

    private static void SetNamespace(ResourceType type, string space, JsonObject value)
    {
        var given = Metadata.Namespace(value);
        if (!type.Namespaced)
        {
            Metadata.Of(value).Remove("namespace");
            return;
        }

        if (given.Length > 0 && given != space)
        {
            throw StatusException.BadRequest(
                "the namespace of the provided object does not match the namespace sent on the request");
        }

        Metadata.Of(value)["namespace"] = space;
    }

    private static bool SameWish(ResourceType type, JsonObject old, JsonObject next) =>
        old.Select(field => field.Key).Union(next.Select(field => field.Key))
            .Where(field => field != "metadata" && !(field == "status" && type.HasStatus))
            .All(field => Json.Same(old[field], next[field]));

    private void CheckNamespace(ResourceType type, string space, string name)
    {
        if (!type.Namespaced) return;
        if (store.Get(BuiltInKinds.Namespace, "", space) is not { } found) throw StatusException.NotFound(BuiltInKinds.Namespace, space);
        if (Metadata.IsTerminating(found.Parse()))
        {
            throw new StatusException(
                403,
                "Forbidden",
                $"{type.Id} \"{name}\" is forbidden: unable to create new content in namespace {space} because it is being terminated",
                StatusException.Named(type, name));
        }
    }
}
