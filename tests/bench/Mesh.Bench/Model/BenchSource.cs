using Mesh.Config.Resources;
using Mesh.Config.Sources;

namespace Mesh.Bench.Model;

/// <summary>One cluster whose objects are made by the bench.</summary>
internal sealed class BenchSource(string cluster) : IMeshSource
{
    public string Name => $"bench:{cluster}";

    public string Cluster => cluster;

    public List<MeshObject> Objects { get; } = [];

    public Task RunAsync(IMeshSink sink, CancellationToken cancellationToken) => Task.CompletedTask;
}
