using System.Collections.Immutable;
using Mesh.Config.Diagnostics;
using Mesh.Config.Model.Compilation;
using Mesh.Config.Resources;
using Mesh.Config.Sources;

namespace Mesh.Config.Model;

/// <summary>
/// Sources in, immutable snapshots out. Changes that arrive close together become one snapshot; what a change does not
/// touch keeps its instances.
/// </summary>
public sealed class MeshModel : IMeshSink, IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Lock _publishing = new();
    private readonly MeshModelOptions _options;
    private readonly TimeProvider _time;
    private readonly ImmutableArray<IMeshSource> _sources;
    private readonly Dictionary<IMeshSource, SourceState> _states;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<MeshSnapshot> _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _debounce;
    private readonly ITimer? _deadline;
    private Task _running = Task.CompletedTask;
    private CompiledSnapshot _current;
    private bool _dirty;
    private bool _deadlinePassed;

    /// <param name="sources">All sources; the model counts as synced when each has synced.</param>
    public MeshModel(IEnumerable<IMeshSource> sources, MeshModelOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(sources);
        _options = options ?? MeshModelOptions.Default;
        _time = time ?? TimeProvider.System;
        _sources = [.. sources];
        _states = _sources.ToDictionary(source => source, _ => new SourceState());
        _current = new CompiledSnapshot(0, synced: false, new MeshIndex([]), _options, [], previous: null);
        _debounce = _time.CreateTimer(_ => Publish(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (_options.SyncDeadline is { } deadline)
            _deadline = _time.CreateTimer(_ => PassDeadline(), null, deadline, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The latest snapshot; before the first one an empty one that is not synced.</summary>
    public MeshSnapshot Current => Volatile.Read(ref _current);

    /// <summary>Raised after <see cref="Current"/> changed, one call at a time. Handlers must be quick and must not throw.</summary>
    public event Action<MeshSnapshot>? Published;

    /// <summary>Creates a model and runs its sources until it is disposed or <paramref name="cancellationToken"/> is cancelled.</summary>
    public static MeshModel Start(
        IEnumerable<IMeshSource> sources,
        MeshModelOptions? options = null,
        TimeProvider? time = null,
        CancellationToken cancellationToken = default)
    {
        var model = new MeshModel(sources, options, time);
        model.Run(cancellationToken);
        return model;
    }

    /// <summary>The first synced snapshot.</summary>
    public Task<MeshSnapshot> WaitSyncedAsync(CancellationToken cancellationToken) =>
        _synced.Task.WaitAsync(cancellationToken);

    /// <inheritdoc />
    public void Apply(IMeshSource source, MeshChanges changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        lock (_lock)
        {
            if (!_states.TryGetValue(source, out var state))
                throw new ArgumentException($"source {source?.Name} is not one of this model's", nameof(source));
            foreach (var key in changes.Deletes) state.Objects.Remove(key);
            foreach (var value in changes.Upserts) state.Objects[ObjectKey.Of(value)] = value;
            if (changes.Diagnostics is { } diagnostics) state.Diagnostics = diagnostics;
            state.Failure = null;
            state.Synced |= changes.Synced;
            Schedule();
        }
    }

    /// <summary>Stops the sources and waits for them.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        await _debounce.DisposeAsync().ConfigureAwait(false);
        if (_deadline is not null) await _deadline.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private void Run(CancellationToken cancellationToken)
    {
        var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        _running = Task.WhenAll(_sources.Select(source => Task.Run(() => RunSourceAsync(source, linked.Token), CancellationToken.None)))
            .ContinueWith(_ => linked.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task RunSourceAsync(IMeshSource source, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await source.RunAsync(this, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // A source that fails in whatever way keeps its last good state and is tried again.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Fail(source, e);
            }

            try
            {
                await Task.Delay(TimeSpan.FromSeconds(1), _time, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void Fail(IMeshSource source, Exception e)
    {
        lock (_lock)
        {
            _states[source].Failure = new Diagnostic(
                Severity.Error, "SourceFailed",
                $"source {source.Name} stopped: {e.Message}; its last good state is kept and it is tried again",
                new SourceLocation(source.Name));
            Schedule();
        }
    }

    /// <summary>Called under the lock.</summary>
    private void Schedule()
    {
        if (_dirty || _stopping.IsCancellationRequested) return;
        _dirty = true;
        _debounce.Change(_options.Debounce, Timeout.InfiniteTimeSpan);
    }

    private void PassDeadline()
    {
        lock (_lock)
        {
            _deadlinePassed = true;
            Schedule();
        }
    }

    private void Publish()
    {
        lock (_publishing)
        {
            CompiledSnapshot next;
            lock (_lock)
            {
                if (!_dirty) return;
                _dirty = false;
                next = Compile();
            }

            Volatile.Write(ref _current, next);
            if (next.Synced) _synced.TrySetResult(next);
            Published?.Invoke(next);
        }
    }

    /// <summary>Called under the lock, so that a change that comes meanwhile makes a snapshot of its own.</summary>
    private CompiledSnapshot Compile()
    {
        var diagnostics = new List<Diagnostic>();
        var objects = new Dictionary<(string Cluster, ObjectKey Key), (IMeshSource Source, MeshObject Object)>();
        foreach (var source in _sources)
        {
            var state = _states[source];
            diagnostics.AddRange(state.Diagnostics);
            if (state.Failure is { } failure) diagnostics.Add(failure);
            foreach (var (key, value) in state.Objects)
                if (!objects.TryAdd((source.Cluster, key), (source, value)))
                    diagnostics.Add(DuplicateAcrossSources(value, objects[(source.Cluster, key)].Source));
        }

        var unsynced = _sources.Where(source => !_states[source].Synced).ToArray();
        if (_deadlinePassed)
            diagnostics.AddRange(unsynced.Select(source => new Diagnostic(
                Severity.Error, "SourceNotSynced",
                $"source {source.Name} has not synced within {_options.SyncDeadline}: the mesh is served without it",
                new SourceLocation(source.Name))));
        var synced = _current.Synced || unsynced.Length == 0 || _deadlinePassed;
        var index = new MeshIndex(objects.Select(entry => (entry.Key.Cluster, entry.Value.Object)));
        try
        {
            return new CompiledSnapshot(_current.Version + 1, synced, index, _options, diagnostics, _current);
        }
#pragma warning disable CA1031 // Whatever a resource made go wrong: the mesh keeps what it had, and says so.
        catch (Exception e)
#pragma warning restore CA1031
        {
            diagnostics.Add(new Diagnostic(
                Severity.Error, "CompileFailed",
                $"the resources cannot be compiled ({e.GetType().Name}: {e.Message}); the last good state stays in force",
                SourceLocation.None));
            return new CompiledSnapshot(_current.Version + 1, _current.Synced, _current.Index, _options, diagnostics, _current);
        }
    }

    private static Diagnostic DuplicateAcrossSources(MeshObject value, IMeshSource first) => new(
        Severity.Warning, "DuplicateObject",
        $"source {first.Name} has the same object for this cluster; this one is ignored", value.Location, value.Subject);

    private sealed class SourceState
    {
        public Dictionary<ObjectKey, MeshObject> Objects { get; } = [];
        public ImmutableArray<Diagnostic> Diagnostics { get; set; } = [];
        public Diagnostic? Failure { get; set; }
        public bool Synced { get; set; }
    }
}
