using Mesh.Config.Diagnostics;

namespace Mesh.Config.Resources;

/// <summary>How <see cref="MeshYaml.Read"/> treats what the text leaves open.</summary>
public sealed record MeshYamlOptions
{
    public static MeshYamlOptions Default { get; } = new();

    /// <summary>Namespace of namespaced objects that give none.</summary>
    public string DefaultNamespace { get; init; } = "default";

    /// <summary>
    /// Severity of fields that no schema knows. An error rejects the object; a live API server may be newer than this
    /// program and gets a warning.
    /// </summary>
    public Severity UnknownFields { get; init; } = Severity.Error;
}
