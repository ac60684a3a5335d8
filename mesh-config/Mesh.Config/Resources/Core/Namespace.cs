namespace Mesh.Config.Resources.Core;

/// <summary>Kubernetes Namespace.</summary>
public sealed record Namespace : MeshObject
{
    internal static ResourceKind<Namespace> Definition { get; } = new(
        "", "Namespace", ["v1"], namespaced: false,
        header => new Namespace
        {
            ApiVersion = header.ApiVersion,
            Kind = header.Kind,
            Metadata = header.Metadata,
            Location = header.Location,
        },
        schema => schema
            .Ignore("spec", "status"));
}
