using Mesh.Config.Model;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Istiod;

/// <summary>The two clusters that the recorded istiod had before it, as the API servers showed their objects.</summary>
internal static class RecordedTopology
{
    public static MeshSnapshot Load(Func<string, string>? change = null, bool withSlices = true)
    {
        var folder = Path.Combine(SharedCases.Folder("istiod"), "cluster", "state");
        var texts = Directory.GetFiles(folder, "*.yaml").Order(StringComparer.Ordinal)
            .Select(path => (Cluster: Path.GetFileName(path)[..5], Yaml: File.ReadAllText(path)))
            .Select(file => (file.Cluster, Yaml: withSlices ? file.Yaml : file.Yaml.Replace("kind: EndpointSlice", "kind: SliceLeftOut", StringComparison.Ordinal)))
            .Select(file => (file.Cluster, change is null ? file.Yaml : change(file.Yaml)))
            .ToArray();
        return TestMesh.Load(texts);
    }
}
