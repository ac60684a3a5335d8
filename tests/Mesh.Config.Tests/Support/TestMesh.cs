using System.Collections.Immutable;
using Mesh.Config.Diagnostics;
using Mesh.Config.Model;
using Mesh.Config.Resources;
using Mesh.Config.Sources;

namespace Mesh.Config.Tests.Support;

/// <summary>A snapshot made of YAML texts, one or more per cluster.</summary>
internal static class TestMesh
{
    public static MeshSnapshot Load(params (string Cluster, string Yaml)[] texts) => Load(null, texts);

    public static MeshSnapshot Load(MeshModelOptions? options, params (string Cluster, string Yaml)[] texts)
    {
        var sources = texts.GroupBy(text => text.Cluster)
            .Select(group => new StaticSource(group.Key, [.. group.Select(text => text.Yaml)]))
            .ToArray();
        var time = new FakeTime();
        var model = new MeshModel(sources, options, time);
        foreach (var source in sources) source.ApplyTo(model);
        time.Advance(TimeSpan.FromSeconds(1));
        return model.Current;
    }

    /// <summary>Reads texts that must be free of errors.</summary>
    public static ImmutableArray<MeshObject> Read(string yaml, string origin = "test.yaml")
    {
        var result = MeshYaml.Read(yaml, origin);
        Assert.Empty(result.Diagnostics.Where(diagnostic => diagnostic.Severity == Severity.Error));
        return result.Objects;
    }

    public static ImmutableSortedDictionary<string, string> Labels(params (string Key, string Value)[] labels) =>
        labels.ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value);

    private sealed class StaticSource(string cluster, string[] texts) : IMeshSource
    {
        public string Name => $"test:{cluster}";

        public string Cluster => cluster;

        public void ApplyTo(IMeshSink sink) => sink.Apply(this, new MeshChanges
        {
            Upserts = [.. texts.SelectMany((text, i) => Read(text, $"{cluster}-{i}.yaml"))],
            Diagnostics = [],
            Synced = true,
        });

        public Task RunAsync(IMeshSink sink, CancellationToken cancellationToken)
        {
            ApplyTo(sink);
            return Task.CompletedTask;
        }
    }
}
