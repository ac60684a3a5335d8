using System.Collections.Immutable;
using Mesh.Config.Diagnostics;
using Mesh.Config.Resources;
using Mesh.Config.Sources;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Simulation;

/// <summary>A folder of files that are written in pieces, read by a real <see cref="FolderSource"/> at moments of our choice.</summary>
internal sealed class SimulatedFolder : IMeshSource, IMeshSink, IDisposable
{
    private readonly FolderSource _source;
    private IMeshSink? _sink;

    public SimulatedFolder(string cluster, FakeTime time)
    {
        Cluster = cluster;
        Directory = System.IO.Directory.CreateTempSubdirectory("mesh-simulation-").FullName;
        _source = new FolderSource(Directory, cluster, new FolderSourceOptions { Rescan = TimeSpan.FromDays(1), Debounce = TimeSpan.Zero }, time);
    }

    public string Directory { get; }

    public string Name => $"file:{Cluster}";

    public string Cluster { get; }

    public bool Synced { get; private set; }

    public ImmutableArray<Diagnostic> Diagnostics { get; private set; } = [];

    public Dictionary<ObjectKey, MeshObject> Told { get; } = [];

    public Task RunAsync(IMeshSink sink, CancellationToken cancellationToken) => Task.CompletedTask;

    public void Write(string file, string content) => File.WriteAllText(Path.Combine(Directory, file), content);

    public void Delete(string file) => File.Delete(Path.Combine(Directory, file));

    /// <summary>One look through the folder. The source scans before it first waits; then it is stopped.</summary>
    public void Scan(IMeshSink sink)
    {
        _sink = sink;
        using var stop = new CancellationTokenSource();
        var run = _source.RunAsync(this, stop.Token);
        stop.Cancel();
        run.GetAwaiter().GetResult();
    }

    public void Apply(IMeshSource source, MeshChanges changes)
    {
        foreach (var key in changes.Deletes) Told.Remove(key);
        foreach (var value in changes.Upserts) Told[ObjectKey.Of(value)] = value;
        Diagnostics = changes.Diagnostics ?? Diagnostics;
        Synced = changes.Synced;
        _sink!.Apply(this, changes);
    }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}
