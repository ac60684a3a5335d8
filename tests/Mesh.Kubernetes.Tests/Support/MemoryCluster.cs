using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using Mesh.Config.Resources;
using Mesh.Kubernetes.Api;

namespace Mesh.Kubernetes.Tests.Support;

/// <summary>A cluster in memory that behaves as an API server does, and misbehaves on cue.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Its tokens have no timers.")]
internal sealed class MemoryCluster(TimeProvider? time = null)
{
    private static readonly TimeSpan BookmarkInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(60);


    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, MeshObject> _objects = [];
    private readonly List<(ulong Version, ApiEvent Event)> _log = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource _connections = new();
    private ulong _version = 100;
    private ulong _forgotten;
    private ulong? _held;
    private bool _down;
    private bool _mute;

    /// <summary>Kinds that the server does not have.</summary>
    public HashSet<string> MissingKinds { get; } = [];

    /// <summary>Kinds that may not be read.</summary>
    public HashSet<string> ForbiddenKinds { get; } = [];

    /// <summary>Credentials that are refused, by the numbers given to <see cref="Connect"/>.</summary>
    public HashSet<int> Revoked { get; } = [];

    public bool StreamsLists { get; set; } = true;

    /// <summary>Each event is sent twice, the second time late.</summary>
    public bool RepeatsEvents { get; set; }

    /// <summary>Kind and selectors of what was listed.</summary>
    public List<string> Listed { get; } = [];

    public void Put(string yaml)
    {
        var read = MeshYaml.Read(yaml, "test");
        Assert.False(read.HasErrors, string.Join('\n', read.Diagnostics));
        lock (_lock)
        {
            foreach (var value in read.Objects)
            {
                var key = ObjectKey.Of(value);
                var type = _objects.ContainsKey(key) ? ApiEventType.Modified : ApiEventType.Added;
                _objects[key] = value with { Metadata = value.Metadata with { ResourceVersion = Text(++_version) } };
                Log(type, _objects[key]);
            }
        }
    }

    public void Delete(string kind, string space, string name)
    {
        lock (_lock)
        {
            var value = _objects.Single(pair => (pair.Key.Kind, pair.Key.Namespace, pair.Key.Name) == (kind, space, name)).Value;
            _objects.Remove(ObjectKey.Of(value));
            _version++;
            Log(ApiEventType.Deleted, value);
        }
    }

    /// <summary>Nothing answers, and all connections break.</summary>
    public void GoDown()
    {
        lock (_lock) _down = true;
        BreakConnections();
    }

    /// <summary>Connections break, and new requests get no answer; they give up after a minute.</summary>
    public void FallMute()
    {
        lock (_lock) _mute = true;
        BreakConnections();
    }

    public void ComeBack()
    {
        lock (_lock) (_down, _mute) = (false, false);
    }

    /// <summary>Watches tell nothing of what happens from now on, until <see cref="Release"/>.</summary>
    public void Hold()
    {
        lock (_lock) _held ??= _version;
    }

    public void Release()
    {
        lock (_lock)
        {
            _held = null;
            Signal();
        }
    }

    public void BreakConnections()
    {
        CancellationTokenSource broken;
        lock (_lock)
        {
            broken = _connections;
            _connections = new CancellationTokenSource();
        }

        broken.Cancel();
    }

    /// <summary>Earlier events cannot be had any more: a watch from before gets 410.</summary>
    public void Forget()
    {
        lock (_lock) _forgotten = ++_version;
    }

    /// <param name="credentials">Number of what the client shows; see <see cref="Revoked"/>.</param>
    public IKubeApi Connect(int credentials = 0) => new Connection(this, credentials);

    private static string Text(ulong version) => version.ToString(CultureInfo.InvariantCulture);

    private static ApiItem Item(MeshObject value) => new(ObjectKey.Of(value), value.Metadata.ResourceVersion, value, []);

    private static bool Matches(ApiSelection selection, MeshObject value)
    {
        var key = ObjectKey.Of(value);
        if (key.Group != selection.Resource.Group || key.Kind != selection.Resource.Kind) return false;
        if (selection.Space.Length > 0 && key.Namespace != selection.Space) return false;
        if (selection.FieldSelector.Length > 0 && selection.FieldSelector != "metadata.name=" + key.Name) return false;
        return selection.LabelSelector.Split('=') is not [var name, var wanted] || value.Metadata.Labels.GetValueOrDefault(name) == wanted;
    }

    private void Log(ApiEventType type, MeshObject value)
    {
        _log.Add((_version, new ApiEvent(type, Item(value), Text(_version))));
        Signal();
    }

    private void Signal()
    {
        var changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }

    private async Task<CancellationToken> CheckAsync(ApiSelection selection, int credentials, CancellationToken cancellationToken)
    {
        if (_mute && time is not null)
        {
            await Task.Delay(AnswerTimeout, time, cancellationToken);
            throw new TimeoutException("no answer");
        }

        lock (_lock)
        {
            if (_down) throw new HttpRequestException("connection refused");
            if (Revoked.Contains(credentials)) throw new ApiException(HttpStatusCode.Unauthorized, "Unauthorized", "Unauthorized");
            if (MissingKinds.Contains(selection.Resource.Kind)) throw new ApiException(HttpStatusCode.NotFound, "NotFound", "the server could not find the requested resource");
            if (ForbiddenKinds.Contains(selection.Resource.Kind)) throw new ApiException(HttpStatusCode.Forbidden, "Forbidden", "no");
            return _connections.Token;
        }
    }

    /// <summary>Until something happens or it is time for a bookmark.</summary>
    private async Task WaitAsync(Task changed, CancellationToken cancellationToken)
    {
        try
        {
            if (time is null) await changed.WaitAsync(cancellationToken);
            else await changed.WaitAsync(BookmarkInterval, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Nothing happened.
        }
    }

    private sealed class Connection(MemoryCluster cluster, int credentials) : IKubeApi
    {
        private bool _closed;

        public Task<string?> FindVersionAsync(ApiResource resource, CancellationToken cancellationToken)
        {
            lock (cluster._lock)
            {
                if (cluster._down) throw new HttpRequestException("connection refused");
                return Task.FromResult(cluster.MissingKinds.Contains(resource.Kind) ? null : resource.Versions[0]);
            }
        }

        public async Task<ApiPage> ListAsync(ApiSelection selection, string version, string continueFrom, CancellationToken cancellationToken)
        {
            Assert.False(_closed);
            await cluster.CheckAsync(selection, credentials, cancellationToken);
            lock (cluster._lock)
            {
                cluster.Listed.Add(selection.ToString());
                // Two objects a page, from where the token says.
                var from = continueFrom.Length == 0 ? 0 : int.Parse(continueFrom, CultureInfo.InvariantCulture);
                var all = cluster._objects.Values.Where(value => Matches(selection, value)).OrderBy(value => value.Subject, StringComparer.Ordinal).ToArray();
                var next = from + 2 < all.Length ? (from + 2).ToString(CultureInfo.InvariantCulture) : "";
                return new ApiPage([.. all.Skip(from).Take(2).Select(Item)], Text(cluster._version), next);
            }
        }

        public async IAsyncEnumerable<ApiEvent> WatchAsync(
            ApiSelection selection, string version, string? resourceVersion, TimeSpan timeout, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            var connection = await cluster.CheckAsync(selection, credentials, cancellationToken);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, connection);
            if (resourceVersion is null)
            {
                if (!cluster.StreamsLists) throw new ApiException(HttpStatusCode.UnprocessableEntity, "Invalid", "sendInitialEvents is forbidden");
                ImmutableArray<ApiEvent> initial;
                lock (cluster._lock)
                {
                    cluster.Listed.Add(selection.ToString());
                    initial = [.. cluster._objects.Values.Where(value => Matches(selection, value))
                        .Select(value => new ApiEvent(ApiEventType.Added, Item(value), value.Metadata.ResourceVersion))];
                    resourceVersion = Text(cluster._version);
                }

                foreach (var added in initial) yield return added;
                yield return new ApiEvent(ApiEventType.Bookmark, null, resourceVersion, EndsInitialEvents: true);
            }

            yield return new ApiEvent(ApiEventType.Bookmark, null, resourceVersion);
            var at = ulong.Parse(resourceVersion, CultureInfo.InvariantCulture);
            var last = new List<ApiEvent>();
            while (true)
            {
                ImmutableArray<(ulong Version, ApiEvent Event)> events;
                Task changed;
                lock (cluster._lock)
                {
                    if (at < cluster._forgotten) throw new ApiException(HttpStatusCode.Gone, "Expired", "too old resource version");
                    var seen = Math.Max(at, cluster._held ?? cluster._version);
                    events = [.. cluster._log.Where(entry => entry.Version > at && entry.Version <= seen && Matches(selection, entry.Event.Item!.Object!))];
                    at = seen;
                    changed = cluster._changed.Task;
                }

                foreach (var (_, change) in events)
                {
                    yield return change;
                    last.Add(change);
                    if (!cluster.RepeatsEvents) continue;
                    foreach (var again in last) yield return again;
                }

                try
                {
                    await cluster.WaitAsync(changed, linked.Token);
                }
                catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
                {
                    throw new IOException("connection broken", e);
                }

                // Also when what happened is not for this watch.
                yield return new ApiEvent(ApiEventType.Bookmark, null, Text(at));
            }
        }

        public void Dispose() => _closed = true;
    }
}
