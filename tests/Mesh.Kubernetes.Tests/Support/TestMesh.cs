using Mesh.Config.Model;
using Mesh.Config.Resources;
using Mesh.Config.Sources;
using Mesh.Kubernetes.Access;
using Mesh.Kubernetes.Remote;
using Mesh.Kubernetes.Sources;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Kubernetes.Tests.Support;

/// <summary>A model that reads clusters in memory; remote ones are found by the port in their kubeconfig.</summary>
internal sealed class TestMesh : IAsyncDisposable
{
    private MeshModel? _model;

    public FakeTimeProvider Time { get; } = new();

    public KubeSourceOptions Options { get; set; } = new() { MinBackoff = TimeSpan.FromMilliseconds(10), Seed = 7 };

    public MemoryCluster Own { get; init; } = new();

    public Dictionary<int, MemoryCluster> Remotes { get; init; } = [];

    /// <summary>Folder for what was last known, which then stands in after 5 s; null: nothing is kept.</summary>
    public string? Remembers { get; init; }

    public MeshModel Model => _model!;

    public KubeMeshSource Source { get; private set; } = null!;

    public RemoteClusters Clusters { get; private set; } = null!;

    public void Start(TimeSpan? syncDeadline = null)
    {
        var access = KubeconfigAccess.FromText(Yaml.Kubeconfig(1), "test");
        Source = new KubeMeshSource("own", access, Options, Time, _ => Own.Connect());
        Clusters = new RemoteClusters(
            "own", access, Options, ClusterAccessOptions.Untrusted, Time,
            (_, to) => to.Server.Port == 1 ? Own.Connect() : Remotes[to.Server.Port].Connect());
        // The model's own time is real: it is not what is tested.
        IMeshSource[] sources = [Source, Clusters];
        _model = MeshModel.Start(
            Remembers is null ? sources : MeshSources.Remember(sources, Remembers, TimeSpan.FromSeconds(5), Time), new MeshModelOptions { SyncDeadline = syncDeadline });
    }

    /// <summary>Simulated time passes while it waits.</summary>
    public Task Eventually(Func<bool> condition, string what, TimeSpan? step = null) =>
        Support.Eventually.Holds(condition, what, () => Time.Advance(step ?? TimeSpan.FromMilliseconds(100)));

    /// <summary>Lets simulated time pass, a second at a time, so that what is due in it can happen.</summary>
    public async Task Pass(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(1))
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }

    public Task Synced() => Eventually(() => Model.Current.Synced, "the mesh syncs");

    /// <summary>Addresses that a proxy of the cluster <c>own</c> would call for a service of prod.</summary>
    public string[] Endpoints(string service)
    {
        var view = Model.Current.ViewFrom(new ProxyScope { Cluster = "own", Namespace = "prod" });
        var upstream = view.FindUpstream(new UpstreamKey($"{service}.prod.svc.cluster.local", 80));
        return upstream is null ? [] : [.. upstream.Endpoints.Select(endpoint => endpoint.Address).Order(StringComparer.Ordinal)];
    }

    public bool Has(string code) => Model.Current.Diagnostics.Any(diagnostic => diagnostic.Code == code);

    public bool Knows<T>(string name) where T : MeshObject => Model.Current.Objects<T>().Any(entry => entry.Object.Metadata.Name == name);

    public async ValueTask DisposeAsync()
    {
        if (_model is not null) await _model.DisposeAsync();
    }
}
