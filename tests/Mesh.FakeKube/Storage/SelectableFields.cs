using Mesh.FakeKube.Kinds;

namespace Mesh.FakeKube.Storage;

/// <summary>Fields that <c>fieldSelector</c> may name, kind by kind.</summary>
internal static class SelectableFields
{
    private static readonly (string Name, string[] Path)[] Everywhere =
        [("metadata.name", ["metadata", "name"]), ("metadata.namespace", ["metadata", "namespace"])];

    private static readonly Dictionary<string, (string Name, string[] Path)[]> More = new(StringComparer.Ordinal)
    {
        ["secrets"] = [("type", ["type"])],
        ["pods"] =
        [
            ("spec.nodeName", ["spec", "nodeName"]),
            ("status.phase", ["status", "phase"]),
            ("status.podIP", ["status", "podIP"]),
            ("spec.serviceAccountName", ["spec", "serviceAccountName"]),
        ],
        ["namespaces"] = [("status.phase", ["status", "phase"])],
        ["nodes"] = [],
        ["services"] = [("spec.type", ["spec", "type"]), ("spec.clusterIP", ["spec", "clusterIP"])],
    };

    public static IEnumerable<(string Name, string[] Path)> Of(ResourceType type) =>
        More.TryGetValue(type.Id, out var more) ? Everywhere.Concat(more) : Everywhere;
}
