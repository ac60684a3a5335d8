using System.Collections.Immutable;
using System.Globalization;
using Mesh.Config.Diagnostics;
using Mesh.Config.Resources;
using Mesh.Config.Sources;

namespace Mesh.Kubernetes.LastKnown;

/// <summary>
/// A cluster whose last known state survives a restart: when nothing can be read of it at the start, what was read before is served, policies
/// included, until the cluster has been read as a whole. From then on nothing of the old state is left.
/// </summary>
public sealed class LastKnownSource : IMeshSource, IMeshSink
{
    /// <summary>Code of the finding that tells of it.</summary>
    public const string FindingCode = "LastKnown";

    /// <summary>A file is written at most this often.</summary>
    private static readonly TimeSpan SavePeriod = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan FirstSave = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly IMeshSource? _inner;
    private readonly LastKnownFile _file;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;
    private readonly Dictionary<ObjectKey, MeshObject> _fresh = [];
    private Dictionary<ObjectKey, MeshObject>? _old;
    private Diagnostic? _oldFinding;
    private ImmutableArray<Diagnostic> _findings = [];
    private IMeshSink? _sink;
    private bool _synced;
    private bool _dirty;

    /// <param name="inner">The cluster itself; null for one that nobody can name at present.</param>
    /// <param name="patience">How long the cluster is waited for before its last known state is served.</param>
    public LastKnownSource(IMeshSource? inner, LastKnownFile file, TimeSpan patience, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(time);
        _inner = inner;
        _file = file;
        _patience = patience;
        _time = time;
    }

    /// <inheritdoc />
    public string Name => _inner?.Name ?? $"last-known:{Cluster}";

    /// <inheritdoc />
    public string Cluster => _file.Cluster;

    /// <summary>Raised once there is something to serve, fresh or old.</summary>
    public event Action? Ready;

    /// <inheritdoc />
    public async Task RunAsync(IMeshSink sink, CancellationToken cancellationToken)
    {
        lock (_lock) _sink = sink;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var aside = Task.WhenAll(StandInAsync(stop.Token), KeepAsync(stop.Token));
        try
        {
            if (_inner is not null) await _inner.RunAsync(this, cancellationToken).ConfigureAwait(false);
            else await Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await aside.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await SaveAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    void IMeshSink.Apply(IMeshSource source, MeshChanges changes)
    {
        var wasReady = true;
        lock (_lock)
        {
            foreach (var key in changes.Deletes) _dirty |= _fresh.Remove(key);
            foreach (var value in changes.Upserts) _fresh[ObjectKey.Of(value)] = value;
            _dirty |= !changes.Upserts.IsEmpty || (changes.Synced && !_synced);
            if (changes.Diagnostics is { } findings) _findings = findings;
            if (_old is null)
            {
                wasReady = _synced;
                _synced |= changes.Synced;
                _sink?.Apply(this, changes);
            }
            else if (changes.Synced)
            {
                // As a whole, and only now: half of the new state with half of the old one never was.
                var gone = _old.Keys.Where(key => !_fresh.ContainsKey(key)).ToImmutableArray();
                (_old, _oldFinding, _synced) = (null, null, true);
                _sink?.Apply(this, new MeshChanges { Upserts = [.. _fresh.Values], Deletes = gone, Diagnostics = _findings, Synced = true });
            }
            else
            {
                _sink?.Apply(this, new MeshChanges { Diagnostics = [.. _findings, _oldFinding!], Synced = true });
            }
        }

        if (!wasReady && changes.Synced) Ready?.Invoke();
    }

    private async Task StandInAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(_patience, _time, cancellationToken).ConfigureAwait(false);
        lock (_lock)
        {
            if (_synced || _old is not null) return;
        }

        if (_file.Load() is not var (objects, at)) return;
        lock (_lock)
        {
            if (_synced) return;
            _old = objects.ToDictionary(ObjectKey.Of);
            var when = at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            _oldFinding = new Diagnostic(
                Severity.Warning, FindingCode,
                $"cluster {Cluster} could not be read since the start; what was last read of it, at {when}, is served until it can",
                new SourceLocation($"kube://{Cluster}"));
            // What the cluster has told already goes: it comes again, with the rest.
            _sink?.Apply(this, new MeshChanges
            {
                Upserts = objects,
                Deletes = [.. _fresh.Keys.Where(key => !_old.ContainsKey(key))],
                Diagnostics = [.. _findings, _oldFinding],
                Synced = true,
            });
        }

        Ready?.Invoke();
    }

    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(FirstSave, _time, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var saved = await SaveAsync(cancellationToken).ConfigureAwait(false);
            await Task.Delay(saved ? SavePeriod : FirstSave, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>False when there was nothing new to keep.</summary>
    private async Task<bool> SaveAsync(CancellationToken cancellationToken)
    {
        MeshObject[] objects;
        lock (_lock)
        {
            if (!_dirty || !_synced) return false;
            _dirty = false;
            objects = [.. _fresh.Values.OrderBy(value => value.Subject, StringComparer.Ordinal)];
        }

        try
        {
            await _file.SaveAsync(objects, _time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            // The file before stays; what could not be kept is tried again.
            lock (_lock) _dirty = true;
        }

        return true;
    }
}
