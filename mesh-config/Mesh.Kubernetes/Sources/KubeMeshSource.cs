using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Mesh.Config.Diagnostics;
using Mesh.Config.Resources;
using Mesh.Config.Sources;
using Mesh.Kubernetes.Access;
using Mesh.Kubernetes.Api;
using Mesh.Kubernetes.Watching;

namespace Mesh.Kubernetes.Sources;

/// <summary>
/// The objects of one cluster, from its API server. Nothing is told before all kinds are known; after that, objects go only
/// when the server says so. New credentials (<see cref="Use"/>) take over once everything has been read with them.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Sessions are disposed of when the run that made them ends.")]
public sealed class KubeMeshSource : IMeshSource
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly KubeSourceOptions _options;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly Func<ClusterAccess, IKubeApi> _connect;
    private readonly Dictionary<ObjectKey, MeshObject> _told = [];
    private readonly List<ClusterSession> _finished = [];
    private ClusterAccess _access;
    private IMeshSink? _sink;
    private ClusterSession? _active;
    private ClusterSession? _candidate;
    private HashSet<string> _denied = [];
    private ImmutableArray<Diagnostic> _toldFindings = [];
    private TaskCompletionSource _wake = NewSignal();
    private bool _accessChanged;
    private bool _synced;
    private bool _wasSynced;
    private bool _isStale;
    private bool _isDropped;

    /// <param name="cluster">Cluster id of all its objects.</param>
    public KubeMeshSource(string cluster, ClusterAccess access, KubeSourceOptions? options = null, TimeProvider? time = null)
        : this(cluster, access, options ?? KubeSourceOptions.Default, time ?? TimeProvider.System, Connector(cluster, options ?? KubeSourceOptions.Default, time ?? TimeProvider.System))
    {
    }

    internal KubeMeshSource(string cluster, ClusterAccess access, KubeSourceOptions options, TimeProvider time, Func<ClusterAccess, IKubeApi> connect)
    {
        Cluster = cluster;
        (_access, _options, _time, _connect) = (access, options, time, connect);
        _random = options.Seed is { } seed ? new Random(seed) : new Random(System.Security.Cryptography.RandomNumberGenerator.GetInt32(int.MaxValue));
    }

    /// <inheritdoc />
    public string Name => $"kube:{Cluster}";

    /// <inheritdoc />
    public string Cluster { get; }

    /// <summary>True once it has told all objects of the cluster.</summary>
    public bool Synced
    {
        get
        {
            lock (_lock) return _synced;
        }
    }

    /// <summary>True while objects are served that may be out of date, because the API server is not heard.</summary>
    public bool IsStale
    {
        get
        {
            lock (_lock) return _isStale;
        }
    }

    /// <summary>Reads the cluster with other credentials or at another address from now on. Until all is read that way, what is known stays.</summary>
    public void Use(ClusterAccess access)
    {
        lock (_lock)
        {
            _access = access;
            _accessChanged = true;
            _wake.TrySetResult();
        }
    }

    /// <inheritdoc />
    public async Task RunAsync(IMeshSink sink, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sink);
        try
        {
            lock (_lock)
            {
                _sink = sink;
                _accessChanged = true;
            }

            while (true)
            {
                Task wake;
                lock (_lock)
                {
                    if (_wake.Task.IsCompleted) _wake = NewSignal();
                    wake = _wake.Task;
                    if (_accessChanged) Connect();
                    Judge();
                }

                await StopFinishedAsync().ConfigureAwait(false);
                using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                await Task.WhenAny(wake, Task.Delay(Tick, _time, stop.Token)).ConfigureAwait(false);
                await stop.CancelAsync().ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            lock (_lock)
            {
                if (_active is not null) _finished.Add(_active);
                if (_candidate is not null) _finished.Add(_candidate);
                (_active, _candidate, _sink) = (null, null, null);
                MarkStale(false);
                CountDenied();
            }

            await StopFinishedAsync().ConfigureAwait(false);
        }
    }

    internal static Func<ClusterAccess, IKubeApi> Connector(string cluster, KubeSourceOptions options, TimeProvider time) =>
        access => new KubeApi(ApiClient.Open(access, time), cluster, options.PageSize, options.WatchSilence, time);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Connect()
    {
        _accessChanged = false;
        if (_candidate is not null) _finished.Add(_candidate);
        _candidate = new ClusterSession(_connect(_access), _options, _time, _random, _lock, OnChanged);
        _candidate.Start();
    }

    private async Task StopFinishedAsync()
    {
        ClusterSession[] finished;
        lock (_lock)
        {
            finished = [.. _finished];
            _finished.Clear();
        }

        await Task.WhenAll(finished.Select(session => session.DisposeAsync().AsTask())).ConfigureAwait(false);
    }

    /// <summary>Called under the lock by the sessions.</summary>
    private void OnChanged(ClusterSession session, IReadOnlyList<MeshObject> upserts, IReadOnlyList<ObjectKey> deletes)
    {
        if (session == _candidate && session.Synced)
        {
            Promote(session);
        }
        else if (session == _active && !_isDropped)
        {
            Tell(upserts, deletes);
        }
        else if (session == _active && session.SilentSince is null)
        {
            TellAll(session);
        }
        else if (session == _candidate)
        {
            Tell([], []);
        }
    }

    /// <summary>Makes what was told the same as what the session knows.</summary>
    private void TellAll(ClusterSession session)
    {
        _synced = true;
        _isDropped = false;
        var present = new Dictionary<ObjectKey, MeshObject>();
        foreach (var value in session.Objects) present[ObjectKey.Of(value)] = value;
        Tell(
            [.. present.Values.Where(value => !_told.TryGetValue(ObjectKey.Of(value), out var known) || !MeshYaml.Same(known, value))],
            [.. _told.Keys.Where(key => !present.ContainsKey(key))]);
    }

    private void Tell(IReadOnlyList<MeshObject> upserts, IReadOnlyList<ObjectKey> deletes)
    {
        if (_sink is not { } sink) return;
        foreach (var value in upserts) _told[ObjectKey.Of(value)] = value;
        var gone = deletes.Where(key => _told.Remove(key)).ToImmutableArray();
        var findings = Findings();
        var sameFindings = findings.AsSpan().SequenceEqual(_toldFindings.AsSpan());
        if (upserts.Count == 0 && gone.IsEmpty && sameFindings && _wasSynced == _synced) return;
        (_toldFindings, _wasSynced) = (findings, _synced);
        sink.Apply(this, new MeshChanges { Upserts = [.. upserts], Deletes = gone, Diagnostics = findings, Synced = _synced });
    }

    private ImmutableArray<Diagnostic> Findings()
    {
        var findings = ImmutableArray.CreateBuilder<Diagnostic>();
        var at = new SourceLocation($"kube://{Cluster}");
        if (_isStale && _active?.SilentSince is { } silentSince && _time.GetUtcNow() - (_time.Elapsed() - silentSince) is var since)
            findings.Add(new Diagnostic(
                Severity.Warning, "ClusterStale",
                $"cluster {Cluster} at {_access.Server} has not been heard since {since.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}; {(_isDropped ? "its objects were taken out of the mesh" : "its last known objects are served")}",
                at));
        if (_candidate is not null && _active is not null)
            findings.Add(new Diagnostic(
                Severity.Warning, "ClusterChanging", $"cluster {Cluster} is being read anew from {_access}; what is known of it stays until all is read", at));
        if (_active is not null) findings.AddRange(_active.Findings(Cluster));
        if (_candidate is not null) findings.AddRange(_candidate.Findings(Cluster).Where(finding => !findings.Contains(finding)));
        return findings.ToImmutable();
    }

    /// <summary>The candidate takes over.</summary>
    private void Promote(ClusterSession session)
    {
        if (_active is not null) _finished.Add(_active);
        (_active, _candidate) = (session, null);
        _wake.TrySetResult();
        TellAll(session);
    }

    /// <summary>Looks how long ago the server was heard, and how long it has refused something.</summary>
    private void Judge()
    {
        // Where another session serves, it knows what this one may not read.
        if (_candidate is { CanServe: true } candidate && _active is null) Promote(candidate);
        CountDenied();
        if (_active?.SilentSince is not { } since)
        {
            if (!_isStale) return;
            MarkStale(false);
            if (_isDropped && _active is not null) TellAll(_active);
            else Tell([], []);
            return;
        }

        var silent = _time.Elapsed() - since;
        if (silent >= _options.StaleAfter && !_isStale)
        {
            MarkStale(true);
            Tell([], []);
        }

        if (_options.StaleLimit is not { } limit || silent < limit || _isDropped) return;
        _isDropped = true;
        Tell([], [.. _told.Keys]);
    }

    private void CountDenied()
    {
        var refused = (_active?.RefusedKinds ?? []).Concat(_candidate?.RefusedKinds ?? []).ToHashSet(StringComparer.Ordinal);
        if (_denied.SetEquals(refused)) return;
        foreach (var kind in refused.Except(_denied)) AddDenied(kind, 1);
        foreach (var kind in _denied.Except(refused)) AddDenied(kind, -1);
        _denied = refused;
    }

    private void AddDenied(string kind, int count) => KubeMetrics.DeniedKinds.Add(
        count, new KeyValuePair<string, object?>("cluster", Cluster), new KeyValuePair<string, object?>("kind", kind));

    private void MarkStale(bool stale)
    {
        if (stale == _isStale) return;
        _isStale = stale;
        KubeMetrics.StaleClusters.Add(stale ? 1 : -1, new KeyValuePair<string, object?>("cluster", Cluster));
    }
}
