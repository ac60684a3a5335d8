using System.Text.Json.Nodes;
using Mesh.FakeKube.Kinds;
using Mesh.FakeKube.Objects;
using Mesh.FakeKube.Storage;

namespace Mesh.FakeKube.Api;

/// <summary>What controllers of a real cluster do at once here: namespaces get their account and empty themselves, definitions take effect.</summary>
internal sealed class ClusterSideEffects(ClusterState cluster)
{
    private static readonly WriteOptions ByController = new("v1", "kube-controller-manager");

    private ObjectStore Store => cluster.Store;

    /// <summary>After a write that left the object there.</summary>
    public void After(StoredObject value)
    {
        if (value.Type == BuiltInKinds.CustomResourceDefinition)
        {
            if (Definitions.Read(value.Parse()) is { } type) cluster.Kinds.Set(type);
            else cluster.Kinds.Remove(value.Name);
        }
        else if (value.Type == BuiltInKinds.Namespace && !Metadata.IsTerminating(value.Parse()))
        {
            Ensure(BuiltInKinds.ServiceAccount, value.Name, "default", []);
            Ensure(BuiltInKinds.ConfigMap, value.Name, "kube-root-ca.crt", new JsonObject
            {
                ["data"] = new JsonObject { ["ca.crt"] = cluster.Certificates.CaPem },
            });
        }
    }

    /// <summary>Whether a deletion waits although the object has no finalizers in its metadata.</summary>
    public bool KeepsTerminating(ResourceType type, JsonObject value) =>
        (type == BuiltInKinds.Namespace && !(Metadata.IsTerminating(value) && Content(Metadata.Name(value)).Count == 0))
        || (type == BuiltInKinds.CustomResourceDefinition && Store.All(Metadata.Name(value)).Count > 0);

    public static void OnTerminating(ResourceType type, JsonObject value)
    {
        if (type == BuiltInKinds.Namespace) Json.Map(value, "status")["phase"] = "Terminating";
    }

    /// <summary>Empties a namespace or a definition that is being deleted, and ends it when nothing holds it.</summary>
    public void AfterTerminating(StoredObject value)
    {
        if (value.Type == BuiltInKinds.Namespace)
        {
            foreach (var content in Content(value.Name)) cluster.Writer.Delete(content.Type, content.Namespace, content.Name, null, dryRun: false);
        }
        else if (value.Type == BuiltInKinds.CustomResourceDefinition)
        {
            foreach (var content in Store.All(value.Name)) cluster.Writer.Delete(content.Type, content.Namespace, content.Name, null, dryRun: false);
        }

        EndIfEmpty(value.Type, value.Name);
    }

    public void AfterRemoval(StoredObject last)
    {
        if (last.Type == BuiltInKinds.CustomResourceDefinition) cluster.Kinds.Remove(last.Name);
        if (last.Namespace.Length > 0) EndIfEmpty(BuiltInKinds.Namespace, last.Namespace);
        if (last.Type.IsCustom) EndIfEmpty(BuiltInKinds.CustomResourceDefinition, last.Type.Id);
    }

    private void EndIfEmpty(ResourceType type, string name)
    {
        if (Store.Get(type, "", name) is not { } holder) return;
        var value = holder.Parse();
        if (Metadata.IsTerminating(value) && Metadata.Finalizers(value).Count == 0 && !KeepsTerminating(type, value)) cluster.Writer.Finish(holder);
    }

    private List<StoredObject> Content(string space) =>
        [.. cluster.Kinds.All.Where(type => type.Namespaced).SelectMany(type => Store.All(type.Id)).Where(value => value.Namespace == space)];

    private void Ensure(ResourceType type, string space, string name, JsonObject value)
    {
        if (Store.Get(type, space, name) is not null) return;
        Metadata.Of(value)["name"] = name;
        cluster.Writer.Create(type, space, value, ByController);
    }
}
