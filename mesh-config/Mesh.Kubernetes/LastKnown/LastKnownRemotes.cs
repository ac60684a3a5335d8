using Mesh.Config.Sources;

namespace Mesh.Kubernetes.LastKnown;

/// <summary>
/// Clusters that another source names while it runs, with their last known state: while that source cannot say which there are, those that are
/// remembered are served.
/// </summary>
public sealed class LastKnownRemotes : IMeshSource
{
    private readonly IMeshSource _inner;
    private readonly string _folder;
    private readonly IReadOnlyCollection<string> _configured;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;

    /// <param name="inner">Adds sources to its sink.</param>
    /// <param name="configured">Clusters that are read anyway.</param>
    public LastKnownRemotes(IMeshSource inner, string folder, IReadOnlyCollection<string> configured, TimeSpan patience, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(inner);
        _inner = inner;
        _folder = folder;
        _configured = configured;
        _patience = patience;
        _time = time;
    }

    /// <inheritdoc />
    public string Name => _inner.Name;

    /// <inheritdoc />
    public string Cluster => _inner.Cluster;

    /// <inheritdoc />
    /// <exception cref="InvalidOperationException">The sink cannot take sources.</exception>
    public async Task RunAsync(IMeshSink sink, CancellationToken cancellationToken)
    {
        var host = new Host(this, sink as IMeshSourceHost
            ?? throw new InvalidOperationException($"{Name} adds sources of its own: its sink must be an {nameof(IMeshSourceHost)}"));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var standingIn = host.StandInAsync(stop.Token);
        try
        {
            await _inner.RunAsync(host, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await standingIn.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>What the inner source takes for the model.</summary>
    private sealed class Host(LastKnownRemotes owner, IMeshSourceHost model) : IMeshSourceHost
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<IMeshSource, LastKnownSource> _sources = [];
        private readonly Dictionary<string, LastKnownSource> _standIns = new(StringComparer.Ordinal);
        private bool _synced;

        public async Task StandInAsync(CancellationToken cancellationToken)
        {
            await Task.Delay(owner._patience, owner._time, cancellationToken).ConfigureAwait(false);
            lock (_lock)
            {
                if (_synced) return;
                foreach (var cluster in LastKnownFile.ClustersIn(owner._folder).Except(owner._configured, StringComparer.Ordinal))
                {
                    if (_sources.Keys.Any(source => source.Cluster == cluster)) continue;
                    var standIn = new LastKnownSource(null, new LastKnownFile(owner._folder, cluster), TimeSpan.Zero, owner._time);
                    _standIns.Add(cluster, standIn);
                    model.Add(standIn);
                }
            }

            // Which clusters there are is as well known as it can be.
            if (LastKnownFile.ClustersIn(owner._folder).Length > 0) model.Apply(owner, new MeshChanges { Synced = true });
        }

        public void Apply(IMeshSource source, MeshChanges changes)
        {
            model.Apply(owner, changes);
            if (!changes.Synced) return;
            KeyValuePair<string, LastKnownSource>[] gone;
            string[] present;
            lock (_lock)
            {
                if (_synced) return;
                _synced = true;
                present = [.. _sources.Keys.Select(known => known.Cluster)];
                gone = [.. _standIns.Where(standIn => !present.Contains(standIn.Key))];
                foreach (var (cluster, _) in gone) _standIns.Remove(cluster);
            }

            foreach (var (_, standIn) in gone) _ = model.RemoveAsync(standIn);
            foreach (var cluster in LastKnownFile.ClustersIn(owner._folder).Except(present).Except(owner._configured))
                new LastKnownFile(owner._folder, cluster).Forget();
        }

        public void Add(IMeshSource source)
        {
            LastKnownSource kept;
            lock (_lock)
            {
                var file = new LastKnownFile(owner._folder, source.Cluster);
                var isStoodFor = _standIns.ContainsKey(source.Cluster);
                kept = new LastKnownSource(source, file, isStoodFor ? TimeSpan.Zero : owner._patience, owner._time);
                _sources.Add(source, kept);
            }

            kept.Ready += () => Replace(source.Cluster);
            model.Add(kept);
        }

        public async Task RemoveAsync(IMeshSource source)
        {
            LastKnownSource? kept;
            lock (_lock) _sources.Remove(source, out kept);
            if (kept is null) return;
            await model.RemoveAsync(kept).ConfigureAwait(false);
            bool isElsewhere;
            lock (_lock) isElsewhere = _sources.Keys.Any(other => other.Cluster == source.Cluster);
            if (!isElsewhere) new LastKnownFile(owner._folder, source.Cluster).Forget();
        }

        /// <summary>The cluster itself has something to serve.</summary>
        private void Replace(string cluster)
        {
            LastKnownSource? standIn;
            lock (_lock) _standIns.Remove(cluster, out standIn);
            if (standIn is not null) _ = model.RemoveAsync(standIn);
        }
    }
}
