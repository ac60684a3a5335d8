using System.Collections.Immutable;
using Mesh.Config.Diagnostics;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources;

/// <summary>Objects as an API server sends them.</summary>
internal static class ResourceJson
{
    /// <param name="apiVersion">Of items in a typed list, which do not repeat it.</param>
    /// <param name="kind">Likewise.</param>
    /// <param name="origin"><c>kube://cluster/kind/namespace/name</c>.</param>
    /// <returns>Null with findings for an object that has errors; fields that are not known are warnings.</returns>
    public static (MeshObject? Object, ImmutableArray<Diagnostic> Findings) Read(YamlValue node, string apiVersion, string kind, string origin)
    {
        var context = new ReadContext(origin) { UnknownFields = Severity.Warning };
        var reader = new ResourceReader(context, MeshYamlOptions.Default);
        reader.ReadItem(node, apiVersion, kind);
        return (reader.Objects.Count > 0 ? reader.Objects[0] : null, [.. context.Diagnostics]);
    }
}
