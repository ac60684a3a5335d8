using System.Text;
using System.Text.Json.Nodes;
using Mesh.FakeKube.Kinds;
using Mesh.FakeKube.Objects;

namespace Mesh.FakeKube.Api;

/// <summary>Fields that the API server fills in. Called under the store's gate.</summary>
internal sealed class ObjectDefaults
{
    private int lastAddress = 10;

    public void OnCreate(ResourceType type, JsonObject value)
    {
        if (type == BuiltInKinds.Namespace) Namespace(value);
        else if (type == BuiltInKinds.Service) Service(value, null);
        else if (type == BuiltInKinds.Secret) Secret(value);
        else if (type == BuiltInKinds.CustomResourceDefinition) Definition(value);
        else if (type == BuiltInKinds.Pod) Pod(value);
    }

    public void OnUpdate(ResourceType type, JsonObject old, JsonObject next)
    {
        if (type == BuiltInKinds.Namespace) KeepFinalizers(old, next);
        else if (type == BuiltInKinds.Service) Service(next, old);
        else if (type == BuiltInKinds.Secret) Secret(next);
        else if (type == BuiltInKinds.CustomResourceDefinition) Definition(next);
    }

    private static void Namespace(JsonObject value)
    {
        Json.Map(Metadata.Of(value), "labels")["kubernetes.io/metadata.name"] = Metadata.Name(value);
        Json.Map(value, "spec")["finalizers"] = new JsonArray("kubernetes");
        Json.Map(value, "status")["phase"] = "Active";
    }

    private static void KeepFinalizers(JsonObject old, JsonObject next)
    {
        Json.Map(Metadata.Of(next), "labels")["kubernetes.io/metadata.name"] = Metadata.Name(next);
        if (Json.At(next, "spec", "finalizers") is null && Json.At(old, "spec", "finalizers") is { } finalizers)
            Json.Map(next, "spec")["finalizers"] = Json.Copy(finalizers);
    }

    private static void Secret(JsonObject value)
    {
        value["type"] ??= "Opaque";
        if (value["stringData"] is not JsonObject plain) return;
        var data = Json.Map(value, "data");
        foreach (var (key, text) in plain) data[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(Json.Text(text) ?? ""));
        value.Remove("stringData");
    }

    private static void Pod(JsonObject value)
    {
        var spec = Json.Map(value, "spec");
        spec["serviceAccountName"] ??= "default";
        spec["restartPolicy"] ??= "Always";
        Json.Map(value, "status")["phase"] ??= "Pending";
        foreach (var port in Json.Maps(spec, "containers").SelectMany(container => Json.Maps(container, "ports"))) port["protocol"] ??= "TCP";
    }

    private static void Definition(JsonObject value)
    {
        var names = Json.Map(Json.Map(value, "spec"), "names");
        names["singular"] ??= (Json.Text(names, "kind") ?? "").ToLowerInvariant();
        names["listKind"] ??= Json.Text(names, "kind") + "List";
        var status = Json.Map(value, "status");
        status["acceptedNames"] = Json.Copy(names);
        status["storedVersions"] ??= Json.Array(Json.Maps(value, "spec", "versions")
            .Where(version => Json.True(version, "storage")).Select(version => Json.Text(version, "name") ?? ""));
        var since = Json.Text(value, "metadata", "creationTimestamp");
        status["conditions"] ??= new JsonArray(
            Condition("NamesAccepted", "NoConflicts", "no conflicts found", since),
            Condition("Established", "InitialNamesAccepted", "the initial names have been accepted", since));
    }

    private static JsonObject Condition(string type, string reason, string message, string? since) => new()
    {
        ["type"] = type,
        ["status"] = "True",
        ["reason"] = reason,
        ["message"] = message,
        ["lastTransitionTime"] = since,
    };

    private void Service(JsonObject value, JsonObject? old)
    {
        var spec = Json.Map(value, "spec");
        spec["type"] ??= "ClusterIP";
        spec["sessionAffinity"] ??= "None";
        if (Json.Text(spec, "type") == "ExternalName") return;
        foreach (var port in Json.Maps(spec, "ports"))
        {
            port["protocol"] ??= "TCP";
            port["targetPort"] ??= Json.Copy(port["port"]);
        }

        spec["clusterIP"] ??= Json.Text(old, "spec", "clusterIP") ?? NextAddress();
        spec["clusterIPs"] ??= new JsonArray((JsonNode)Json.Text(spec, "clusterIP")!);
        spec["internalTrafficPolicy"] ??= "Cluster";
        spec["ipFamilies"] ??= new JsonArray("IPv4");
        spec["ipFamilyPolicy"] ??= "SingleStack";
        if (old is null) value["status"] ??= new JsonObject { ["loadBalancer"] = new JsonObject() };
    }

    private string NextAddress()
    {
        lastAddress++;
        return $"10.{96 + (lastAddress >> 16 & 15)}.{lastAddress >> 8 & 255}.{lastAddress & 255}";
    }
}
