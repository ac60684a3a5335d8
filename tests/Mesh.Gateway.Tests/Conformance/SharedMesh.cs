namespace Mesh.Gateway.Tests.Conformance;

/// <summary>One mesh for all cases that leave its applications as they found them.</summary>
[CollectionDefinition(Name)]
public sealed class SharedMesh : ICollectionFixture<ConformanceMesh>
{
    public const string Name = "conformance";
}
