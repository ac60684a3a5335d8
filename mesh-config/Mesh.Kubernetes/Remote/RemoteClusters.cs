using System.Collections.Immutable;
using Mesh.Config.Diagnostics;
using Mesh.Config.Resources.Core;
using Mesh.Config.Sources;
using Mesh.Kubernetes.Access;
using Mesh.Kubernetes.Api;
using Mesh.Kubernetes.Sources;
using Mesh.Kubernetes.Watching;

namespace Mesh.Kubernetes.Remote;

/// <summary>
/// Reads the clusters that Secrets labelled <c>istio/multiCluster=true</c> name: adds and removes their sources while the model
/// runs. Give it to a model as one of its sources. A kubeconfig that changes takes over only once everything has been read with it;
/// a Secret that is deleted and made again within the grace time is one that changed.
/// </summary>
/// <remarks>Source of the Secrets' form: istioctl create-remote-secret; istio pkg/kube/multicluster.</remarks>
public sealed class RemoteClusters : IMeshSource, IReflectorTarget
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly string _ownCluster;
    private readonly ClusterAccess _access;
    private readonly KubeSourceOptions _options;
    private readonly ClusterAccessOptions _accessOptions;
    private readonly TimeProvider _time;
    private readonly Func<string, ClusterAccess, IKubeApi> _connect;
    private readonly SelectionState _secrets;
    private readonly SortedDictionary<string, RemoteCluster> _clusters = new(StringComparer.Ordinal);
    private ImmutableArray<Diagnostic> _told = [];
    private TaskCompletionSource _wake = NewSignal();
    private bool _changed;
    private bool _synced;
    private bool _isForgotten;

    /// <param name="ownCluster">Cluster id of the API server that has the Secrets; a key of that name is ignored.</param>
    /// <param name="accessOptions">What kubeconfigs in Secrets may do; by default they run no programs and read no files.</param>
    public RemoteClusters(
        string ownCluster, ClusterAccess access, KubeSourceOptions? options = null, ClusterAccessOptions? accessOptions = null, TimeProvider? time = null)
        : this(ownCluster, access, options ?? KubeSourceOptions.Default, accessOptions ?? ClusterAccessOptions.Untrusted, time ?? TimeProvider.System, null)
    {
    }

    internal RemoteClusters(
        string ownCluster, ClusterAccess access, KubeSourceOptions options, ClusterAccessOptions accessOptions, TimeProvider time,
        Func<string, ClusterAccess, IKubeApi>? connect)
    {
        (_ownCluster, _access, _options, _accessOptions, _time) = (ownCluster, access, options, accessOptions, time);
        _connect = connect ?? ((cluster, to) => KubeMeshSource.Connector(cluster, options, time)(to));
        var selection = new ApiSelection(ApiResource.Secret, options.RootNamespace, LabelSelector: RemoteClusterSecret.Label);
        _secrets = new SelectionState(selection, time.Elapsed());
    }

    /// <inheritdoc />
    public string Name => $"kube-remotes:{_ownCluster}";

    /// <summary>It has no objects of its own.</summary>
    public string Cluster => "";

    /// <summary>Names of the clusters that are read, in order.</summary>
    public ImmutableArray<string> Names
    {
        get
        {
            lock (_lock) return [.. _clusters.Values.Where(cluster => cluster.Source is not null).Select(cluster => cluster.Name)];
        }
    }

    /// <summary>Name of the Secret that a cluster comes from; null when there is none.</summary>
    internal string? SecretOf(string cluster)
    {
        lock (_lock) return _clusters.TryGetValue(cluster, out var known) && known.RemoveAt is null ? known.Secret.Name : null;
    }

    /// <inheritdoc />
    /// <exception cref="InvalidOperationException">The sink cannot take sources.</exception>
    public async Task RunAsync(IMeshSink sink, CancellationToken cancellationToken)
    {
        var host = sink as IMeshSourceHost
                   ?? throw new InvalidOperationException($"{Name} adds sources of its own: its sink must be an {nameof(IMeshSourceHost)}");
        using var api = _connect(_ownCluster, _access);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reflection = ReflectorOptions.Default with { MinBackoff = _options.MinBackoff };
        var random = _options.Seed is { } seed ? new Random(seed) : new Random(System.Security.Cryptography.RandomNumberGenerator.GetInt32(int.MaxValue));
        var reflector = Task.Run(() => new Reflector(_secrets.Selection, api, this, reflection, _time, random).RunAsync(stop.Token), CancellationToken.None);
        try
        {
            while (true)
            {
                Task wake;
                lock (_lock)
                {
                    if (_wake.Task.IsCompleted) _wake = NewSignal();
                    wake = _wake.Task;
                }

                await FollowAsync(host).ConfigureAwait(false);
                using var waited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                await Task.WhenAny(wake, Task.Delay(Tick, _time, waited.Token)).ConfigureAwait(false);
                await waited.CancelAsync().ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await reflector.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    void IReflectorTarget.Replace(ApiSelection selection, ImmutableArray<ApiItem> items) => Update(state =>
    {
        _isForgotten = false;
        state.Replace(items, [], []);
    });

    void IReflectorTarget.Change(ApiSelection selection, ApiEvent change) => Update(state =>
    {
        if (change.Type == ApiEventType.Deleted) state.Remove(change.Item!.Key, []);
        else state.Put(change.Item!, []);
    });

    void IReflectorTarget.Heard(ApiSelection selection)
    {
        if (_secrets.Problem is not null) Update(_ => { });
    }

    void IReflectorTarget.Forgotten(ApiSelection selection)
    {
        lock (_lock) _isForgotten = true;
    }

    void IReflectorTarget.Missing(ApiSelection selection)
    {
        // Every API server has Secrets.
    }

    void IReflectorTarget.Failed(ApiSelection selection, Exception problem)
    {
        lock (_lock)
        {
            _secrets.Problem = problem;
            _wake.TrySetResult();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Update(Action<SelectionState> update)
    {
        lock (_lock)
        {
            _secrets.Problem = null;
            update(_secrets);
            _changed = true;
            _wake.TrySetResult();
        }
    }

    /// <summary>Adds, changes and removes sources so that they are what the Secrets say.</summary>
    private async Task FollowAsync(IMeshSourceHost host)
    {
        var (added, removed) = (new List<KubeMeshSource>(), new List<KubeMeshSource>());
        ImmutableArray<Diagnostic> findings;
        bool synced;
        lock (_lock)
        {
            synced = _secrets.Synced;
            findings = Plan(added, removed);
        }

        // Added before this one counts as synced: the mesh must not be served without them.
        foreach (var source in added) host.Add(source);
        foreach (var source in removed) await host.RemoveAsync(source).ConfigureAwait(false);
        if (synced == _synced && findings.AsSpan().SequenceEqual(_told.AsSpan())) return;
        (_synced, _told) = (synced, findings);
        host.Apply(this, new MeshChanges { Diagnostics = findings, Synced = synced });
    }

    private ImmutableArray<Diagnostic> Plan(List<KubeMeshSource> added, List<KubeMeshSource> removed)
    {
        var findings = new List<Diagnostic>();
        if (_secrets.Problem is { } problem)
            findings.Add(new Diagnostic(
                Severity.Warning, "RemotesUnreadable",
                $"the Secrets of remote clusters in {_options.RootNamespace} of cluster {_ownCluster} cannot be read at present: {problem.Message}; the clusters known stay",
                new SourceLocation(Name)));
        findings.AddRange(_secrets.Findings);
        var holders = _clusters.Values.ToDictionary(cluster => cluster.Name, cluster => cluster.Secret, StringComparer.Ordinal);
        var wanted = RemoteClusterSecret.Read(_secrets.Objects.Values.OfType<Secret>(), _ownCluster, holders, findings);
        if (_changed)
        {
            _changed = false;
            foreach (var (_, secret) in wanted) Follow(secret, added);
        }

        var now = _time.Elapsed();
        foreach (var cluster in _clusters.Values.Where(cluster => !wanted.ContainsKey(cluster.Name)).ToArray())
        {
            cluster.RemoveAt ??= now + _options.RemovalGrace;
            // While nobody tells whether it was made again, its time does not run.
            if (_secrets.Problem is not null || _isForgotten) cluster.RemoveAt = now + _options.RemovalGrace;
            if (now < cluster.RemoveAt && cluster.Source is not null) continue;
            _clusters.Remove(cluster.Name);
            if (cluster.Source is not null) removed.Add(cluster.Source);
        }

        findings.AddRange(_clusters.Values.Select(cluster => cluster.Problem).OfType<Diagnostic>());
        return [.. findings];
    }

    private void Follow(RemoteClusterSecret secret, List<KubeMeshSource> added)
    {
        if (!_clusters.TryGetValue(secret.Cluster, out var cluster))
        {
            cluster = new RemoteCluster(secret.Cluster);
            if (_clusters.Count >= _options.MaxRemoteClusters)
                cluster.Problem = Problem(secret, $"there are more than {_options.MaxRemoteClusters} remote clusters; raise the limit or remove some");
            _clusters.Add(secret.Cluster, cluster);
        }

        cluster.RemoveAt = null;
        cluster.Secret = secret.Secret;
        if (cluster.Hash == secret.Hash) return;
        cluster.Hash = secret.Hash;
        if (cluster.Source is null && _clusters.Count > _options.MaxRemoteClusters) return;
        try
        {
            var access = KubeconfigAccess.FromText(secret.Kubeconfig, secret.Origin, null, _accessOptions);
            cluster.Problem = null;
            if (cluster.Source is { } source)
            {
                source.Use(access);
                return;
            }

            cluster.Source = new KubeMeshSource(cluster.Name, access, _options, _time, to => _connect(cluster.Name, to));
            added.Add(cluster.Source);
        }
        catch (ClusterAccessException e)
        {
            cluster.Problem = Problem(secret, cluster.Source is null ? e.Message : $"{e.Message}; the kubeconfig before this one stays in force");
        }
    }

    private static Diagnostic Problem(RemoteClusterSecret secret, string message) =>
        new(Severity.Error, "RemoteRefused", $"remote cluster {secret.Cluster} ({secret.Origin}): {message}", new SourceLocation($"kube://{secret.Secret}"));
}
