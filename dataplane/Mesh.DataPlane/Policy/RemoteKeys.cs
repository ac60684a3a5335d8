using System.Collections.Immutable;
using Mesh.Config.Policy;

namespace Mesh.DataPlane.Policy;

/// <summary>
/// Keys that issuers publish: fetched as soon as a policy names them, and again from time to time. An issuer that is away keeps the keys it had.
/// </summary>
public sealed class RemoteKeys : IAsyncDisposable
{
    /// <summary>How long a set is used before it is fetched anew.</summary>
    /// <remarks>Source: Envoy, remote_jwks cache_duration as istiod sets it.</remarks>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly HttpClient _client;
    private readonly TimeProvider _time;
    private ImmutableDictionary<string, Entry> _entries = ImmutableDictionary<string, Entry>.Empty.WithComparers(StringComparer.Ordinal);

    public RemoteKeys(TimeProvider time)
    {
        _time = time;
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30) })
        {
            MaxResponseContentBufferSize = 1024 * 1024,
            Timeout = Timeout,
        };
    }

    /// <summary>Null while there are none.</summary>
    public JsonWebKeys? Find(string uri) => _entries.GetValueOrDefault(uri)?.Keys;

    /// <summary>Fetches for these policies from now on, and no longer for others.</summary>
    public void Follow(WorkloadPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        lock (_lock)
        {
            foreach (var (uri, entry) in _entries)
                if (!policy.JwksUris.Contains(uri))
                {
                    entry.Stop.Cancel();
                    _entries = _entries.Remove(uri);
                }

            foreach (var uri in policy.JwksUris)
            {
                if (_entries.ContainsKey(uri)) continue;
                var entry = new Entry();
                entry.Loop = Task.Run(() => FetchAsync(uri, entry), CancellationToken.None);
                _entries = _entries.Add(uri, entry);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        var entries = _entries;
        foreach (var (_, entry) in entries) await entry.Stop.CancelAsync().ConfigureAwait(false);
        foreach (var (_, entry) in entries) await entry.Loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _client.Dispose();
    }

    private async Task FetchAsync(string uri, Entry entry)
    {
        var pause = FirstPause;
        while (true)
        {
            var isFetched = false;
            try
            {
                var json = await _client.GetStringAsync(new Uri(uri), entry.Stop.Token).ConfigureAwait(false);
                if (JsonWebKeys.Parse(json) is { } keys)
                {
                    entry.Keys = keys;
                    isFetched = true;
                }
            }
            catch (Exception error) when (error is HttpRequestException or IOException or UriFormatException
                || (error is OperationCanceledException && !entry.Stop.IsCancellationRequested))
            {
                // The keys there are stay; without any, tokens are refused with that reason.
            }

            await Task.Delay(isFetched ? Lifetime : pause, _time, entry.Stop.Token).ConfigureAwait(false);
            pause = isFetched ? FirstPause : pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private sealed class Entry
    {
        public CancellationTokenSource Stop { get; } = new();

        public Task Loop { get; set; } = Task.CompletedTask;

        public volatile JsonWebKeys? Keys;
    }
}
