namespace Mesh.LocalMesh.Tests.Kubernetes;

/// <summary>Tests of the local mesh from API servers.</summary>
[CollectionDefinition(Name)]
public sealed class KubernetesMeshCollection : ICollectionFixture<KubernetesMeshFixture>
{
    public const string Name = "local mesh from API servers";
}
