using System.Collections.Concurrent;
using Mesh.Config.Model;

namespace Mesh.DataPlane.Upstreams;

/// <summary>
/// HTTP connections to upstream endpoints. HTTP/2 connections are shared up to <see cref="StreamsPerConnection"/> requests, HTTP/1.1
/// ones belong to one request at a time. Two upstreams never share a connection, even to the same address: SNI and expected
/// identities differ.
/// </summary>
public sealed class UpstreamChannels : IAsyncDisposable
{
    /// <summary>What Kestrel, Envoy and grpc servers allow at least by default.</summary>
    public const int StreamsPerConnection = 100;

    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(15);

    private readonly UpstreamConnector connector;
    private readonly TimeProvider time;
    private readonly ConcurrentDictionary<PoolKey, UpstreamChannelPool> pools = new();
    private readonly ConcurrentDictionary<UpstreamKey, UpstreamLimits> limits = new();
    private readonly ITimer sweeper;

    public UpstreamChannels(UpstreamConnector connector, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        this.connector = connector;
        this.time = time;
        sweeper = time.CreateTimer(static state => ((UpstreamChannels)state!).Sweep(), this, SweepInterval, SweepInterval);
    }

    /// <summary>Connections of all upstreams, open or opening.</summary>
    public int Count => pools.Values.Sum(static pool => pool.Count);

    /// <summary>Connections by upstream, open or opening.</summary>
    public IEnumerable<(UpstreamKey Key, int Count)> ByUpstream() =>
        pools.GroupBy(pair => pair.Key.Upstream).Select(group => (group.Key, group.Sum(pair => pair.Value.Count)));

    /// <summary>An open channel for one request; give it back with <see cref="Return"/>.</summary>
    /// <exception cref="UpstreamException">It could not be opened, or a limit of the policy is reached.</exception>
    public ValueTask<UpstreamChannel> RentAsync(
        Upstream upstream, ProxyEndpoint endpoint, bool http2, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(upstream);
        ArgumentNullException.ThrowIfNull(endpoint);
        var key = new PoolKey(upstream.Key, EndpointId.Of(endpoint), upstream.SecurityOf(endpoint), upstream.Sni, http2);
        var pool = pools.GetOrAdd(key, static (newKey, with) => with.self.NewPool(newKey, with.upstream, with.endpoint), (self: this, upstream, endpoint));
        return pool.RentAsync(upstream, endpoint, cancellationToken);
    }

    public static void Return(UpstreamChannel channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        channel.Pool.Return(channel);
    }

    public async ValueTask DisposeAsync()
    {
        await sweeper.DisposeAsync().ConfigureAwait(false);
        foreach (var pool in pools.Values) pool.Close();
    }

    private UpstreamChannelPool NewPool(PoolKey key, Upstream upstream, ProxyEndpoint endpoint) =>
        new(connector, limits.GetOrAdd(key.Upstream, static _ => new UpstreamLimits()), time, key.Http2, upstream, endpoint);

    /// <summary>Empty pools are kept: they are small, and removing one could race with a request that is renting from it.</summary>
    private void Sweep()
    {
        foreach (var pool in pools.Values) pool.Sweep();
    }

    private readonly record struct PoolKey(
        UpstreamKey Upstream, EndpointId Endpoint, UpstreamSecurity Security, string Sni, bool Http2);
}
