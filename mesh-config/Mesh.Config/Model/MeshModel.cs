using System.Collections.Immutable;
using Mesh.Config.Diagnostics;
using Mesh.Config.Model.Incremental;
using Mesh.Config.Resources;
using Mesh.Config.Sources;

namespace Mesh.Config.Model;

/// <summary>
/// Sources in, immutable snapshots out. Changes that arrive close together become one snapshot; what a change does not
/// touch keeps its instances.
/// </summary>
public sealed class MeshModel : IMeshSourceHost, IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Lock _publishing = new();
    private readonly MeshModelOptions _options;
    private readonly TimeProvider _time;
    private readonly Dictionary<IMeshSource, RunningSource> _running = [];
    private readonly SourceStates _states;
    private readonly MeshCompiler _compiler;
    private readonly ViewMemos _memos = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<MeshSnapshot> _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _debounce;
    private readonly ITimer? _deadline;
    private CancellationToken _cancelled = CancellationToken.None;
    private bool _isRunning;
    private CompiledSnapshot _current;
    private ImmutableArray<Diagnostic> _sourceFindings = [];
    private bool _dirty;
    private bool _deadlinePassed;
    private DateTimeOffset _firstChange;
    private DateTimeOffset _lastChange;

    /// <param name="sources">All sources; the model counts as synced when each has synced.</param>
    public MeshModel(IEnumerable<IMeshSource> sources, MeshModelOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(sources);
        _options = options ?? MeshModelOptions.Default;
        _time = time ?? TimeProvider.System;
        _states = new SourceStates([.. sources]);
        _compiler = new MeshCompiler(_options);
        _current = new CompiledSnapshot(0, false, _compiler.Mesh, _compiler.Diagnostics.Current, _memos);
        _debounce = _time.CreateTimer(_ => PublishWhenQuiet(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
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

    /// <summary>The same, and network gateways that are given as host names are resolved, and again when an answer has run out.</summary>
    public static MeshModel Start(
        IEnumerable<IMeshSource> sources,
        IHostLookup hosts,
        MeshModelOptions? options = null,
        TimeProvider? time = null,
        CancellationToken cancellationToken = default)
    {
        var resolver = new NetworkGatewayResolver(hosts, time);
        var model = new MeshModel(sources.Append(resolver), options, time);
        model.Published += resolver.Follow;
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
            if (!_states.Knows(source))
                throw new ArgumentException($"source {source?.Name} is not one of this model's", nameof(source));
            if (_states.Apply(source, changes)) Schedule();
        }
    }

    /// <inheritdoc />
    public void Add(IMeshSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        lock (_lock)
        {
            if (_states.Knows(source)) throw new ArgumentException($"source {source.Name} is one of this model's already", nameof(source));
            _states.Add(source);
            if (_isRunning && !_stopping.IsCancellationRequested) Run(source);
        }
    }

    /// <inheritdoc />
    public async Task RemoveAsync(IMeshSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        RunningSource? running;
        lock (_lock) _running.Remove(source, out running);
        // Stopped first: what it might still have to say would be of a source that nobody knows.
        if (running is not null) await running.StopAsync().ConfigureAwait(false);
        lock (_lock)
        {
            if (!_states.Knows(source)) return;
            _states.Remove(source);
            Schedule();
        }
    }

    /// <summary>Stops the sources and waits for them.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        RunningSource[] running;
        lock (_lock) running = [.. _running.Values];
        await Task.WhenAll(running.Select(source => source.StopAsync())).ConfigureAwait(false);
        await _debounce.DisposeAsync().ConfigureAwait(false);
        if (_deadline is not null) await _deadline.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private void Run(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _isRunning = true;
            _cancelled = cancellationToken;
            foreach (var source in _states.Sources) Run(source);
        }
    }

    /// <summary>Called under the lock.</summary>
    private void Run(IMeshSource source)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(_cancelled, _stopping.Token);
        _running.Add(source, new RunningSource(stop, Task.Run(() => RunSourceAsync(source, stop.Token), CancellationToken.None)));
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
            _states.Fail(source, new Diagnostic(
                Severity.Error, "SourceFailed",
                $"source {source.Name} stopped: {e.Message}; its last good state is kept and it is tried again",
                new SourceLocation(source.Name)));
            Schedule();
        }
    }

    /// <summary>Called under the lock.</summary>
    private void Schedule()
    {
        if (_stopping.IsCancellationRequested) return;
        _lastChange = _time.GetUtcNow();
        if (_dirty) return;
        _dirty = true;
        _firstChange = _lastChange;
        _debounce.Change(_options.Debounce, Timeout.InfiniteTimeSpan);
    }

    /// <summary>As long as changes keep coming they are waited for, up to the limit.</summary>
    private void PublishWhenQuiet()
    {
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            var wait = Min(_lastChange + _options.Debounce, _firstChange + _options.DebounceLimit) - now;
            if (_dirty && _lastChange > _firstChange && wait > TimeSpan.Zero)
            {
                _debounce.Change(wait, Timeout.InfiniteTimeSpan);
                return;
            }
        }

        Publish();
    }

    private static DateTimeOffset Min(DateTimeOffset left, DateTimeOffset right) => left < right ? left : right;

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
            List<(Dependency Name, MeshObject? Object)> changes;
            ImmutableArray<Diagnostic> findings;
            bool synced;
            lock (_lock)
            {
                if (!_dirty) return;
                _dirty = false;
                var unsynced = _states.Unsynced;
                synced = _current.Synced || unsynced.IsEmpty || _deadlinePassed;
                // Services of many clusters would be compiled anew with each of these that comes.
                changes = synced || !_options.WaitsForSources ? _states.TakeChanges() : [];
                findings = [.. _states.Findings, .. _deadlinePassed ? unsynced.Select(NotSynced) : []];
            }

            // Outside of the lock: sources need not wait; what they bring meanwhile makes a snapshot of its own.
            _compiler.Update(changes);
            _compiler.Diagnostics.Replace(_sourceFindings, findings);
            _sourceFindings = findings;
            _memos.Sweep(_time.GetUtcNow());
            var next = new CompiledSnapshot(
                _current.Version + 1, synced, _compiler.Mesh, _compiler.Diagnostics.Current, _memos);
            Volatile.Write(ref _current, next);
            if (next.Synced) _synced.TrySetResult(next);
            Published?.Invoke(next);
        }
    }

    private Diagnostic NotSynced(IMeshSource source) => new(
        Severity.Error, "SourceNotSynced",
        $"source {source.Name} has not synced within {_options.SyncDeadline}: the mesh is served without it",
        new SourceLocation(source.Name));

    private sealed class RunningSource(CancellationTokenSource stop, Task task)
    {
        public async Task StopAsync()
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await task.ConfigureAwait(false);
            stop.Dispose();
        }
    }
}
