using System.Text.Json.Nodes;
using Mesh.FakeKube.Objects;
using Mesh.FakeKube.Patching;

namespace Mesh.FakeKube.Kinds;

/// <summary>Reads a CustomResourceDefinition.</summary>
internal static class Definitions
{
    /// <returns>Null when it serves no version.</returns>
    public static ResourceType? Read(JsonObject definition)
    {
        var versions = Json.Maps(definition, "spec", "versions").Where(version => Json.True(version, "served")).ToList();
        if (versions.Count == 0) return null;
        var rules = new Dictionary<string, ListRule>(StringComparer.Ordinal);
        Collect(Json.At(versions[0], "schema", "openAPIV3Schema"), "", rules);
        return new ResourceType
        {
            Group = Json.Text(definition, "spec", "group") ?? "",
            Versions = [.. versions.Select(version => Json.Text(version, "name") ?? "").OrderBy(KindRegistry.VersionRank)],
            Kind = Json.Text(definition, "spec", "names", "kind") ?? "",
            Plural = Json.Text(definition, "spec", "names", "plural") ?? "",
            ShortNames = [.. Json.Texts(definition, "spec", "names", "shortNames")],
            Categories = [.. Json.Texts(definition, "spec", "names", "categories")],
            Namespaced = Json.Text(definition, "spec", "scope") != "Cluster",
            HasStatus = versions.Exists(version => Json.At(version, "subresources", "status") is not null),
            HasGeneration = true,
            IsCustom = true,
            Lists = new MergeRules(rules),
            Columns =
            [
                .. Json.Maps(versions[0], "additionalPrinterColumns")
                    .Where(column => Json.Text(column, "name") != "Age")
                    .Select(column => new PrinterColumn(
                        Json.Text(column, "name") ?? "", Json.Text(column, "jsonPath") ?? "", Json.Text(column, "type") ?? "string",
                        (int)(Json.Number(column, "priority") ?? 0))),
            ],
        };
    }

    private static void Collect(JsonNode? schema, string path, Dictionary<string, ListRule> rules)
    {
        if (Json.Text(schema, "x-kubernetes-list-type") is "map" or "set")
            rules[path] = new ListRule([.. Json.Texts(schema, "x-kubernetes-list-map-keys")], null);
        if (Json.At(schema, "items") is JsonObject items) Collect(items, path, rules);
        if (Json.At(schema, "properties") is not JsonObject properties) return;
        foreach (var (name, property) in properties) Collect(property, MergeRules.Join(path, name), rules);
    }
}
