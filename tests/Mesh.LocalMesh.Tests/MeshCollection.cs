namespace Mesh.LocalMesh.Tests;

/// <summary>Tests of the local mesh from folders. Collections come one after the other: each mesh has the same addresses.</summary>
[CollectionDefinition(Name)]
public sealed class MeshCollection : ICollectionFixture<MeshFixture>
{
    public const string Name = "local mesh";
}
