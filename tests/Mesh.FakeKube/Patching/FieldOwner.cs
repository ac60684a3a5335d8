using System.Text.Json.Nodes;
using Mesh.FakeKube.Objects;

namespace Mesh.FakeKube.Patching;

/// <summary>One entry of <c>managedFields</c>.</summary>
internal sealed class FieldOwner
{
    public required string Manager { get; init; }

    /// <summary>Apply or Update.</summary>
    public required string Operation { get; init; }

    public required string ApiVersion { get; set; }

    public string Subresource { get; init; } = "";

    public string Time { get; set; } = "";

    public HashSet<string> Fields { get; set; } = new(StringComparer.Ordinal);

    public static List<FieldOwner> Read(JsonNode? value) =>
    [
        .. Json.Maps(value, "metadata", "managedFields").Where(entry => Json.Text(entry, "manager") is not null).Select(entry => new FieldOwner
        {
            Manager = Json.Text(entry, "manager")!,
            Operation = Json.Text(entry, "operation") ?? "Update",
            ApiVersion = Json.Text(entry, "apiVersion") ?? "",
            Subresource = Json.Text(entry, "subresource") ?? "",
            Time = Json.Text(entry, "time") ?? "",
            Fields = FieldTree.FromJson(entry["fieldsV1"]),
        }),
    ];

    public static void Write(JsonObject value, IEnumerable<FieldOwner> owners)
    {
        var entries = owners.Where(owner => owner.Fields.Count > 0).Select(owner => owner.ToJson()).ToList();
        if (entries.Count > 0) Metadata.Of(value)["managedFields"] = new JsonArray([.. entries.Cast<JsonNode>()]);
        else Metadata.Of(value).Remove("managedFields");
    }

    /// <summary>As conflicts name it.</summary>
    public string Describe()
    {
        var text = $"\"{Manager}\"";
        if (Subresource.Length > 0) text += $" with subresource \"{Subresource}\"";
        return Operation == "Update" ? $"{text} using {ApiVersion}" : text;
    }

    private JsonObject ToJson()
    {
        var entry = new JsonObject
        {
            ["manager"] = Manager,
            ["operation"] = Operation,
            ["apiVersion"] = ApiVersion,
            ["time"] = Time,
            ["fieldsType"] = "FieldsV1",
            ["fieldsV1"] = FieldTree.ToJson(Fields),
        };
        if (Subresource.Length > 0) entry["subresource"] = Subresource;
        return entry;
    }
}
