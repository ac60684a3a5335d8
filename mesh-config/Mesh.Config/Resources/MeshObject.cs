using Mesh.Config.Diagnostics;

namespace Mesh.Config.Resources;

/// <summary>A Kubernetes object that the mesh understands, with the place it was read from.</summary>
public abstract record MeshObject
{
    public required string ApiVersion { get; init; }
    public required string Kind { get; init; }
    public required ObjectMeta Metadata { get; init; }
    public SourceLocation Location { get; init; } = SourceLocation.None;

    /// <summary><c>Kind ns/name</c>, or <c>Kind name</c> for what has no namespace.</summary>
    public string Subject => Metadata.Namespace.Length == 0
        ? $"{Kind} {Metadata.Name}"
        : $"{Kind} {Metadata.Namespace}/{Metadata.Name}";
}
