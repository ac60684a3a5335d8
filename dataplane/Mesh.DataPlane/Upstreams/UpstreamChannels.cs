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

    /// <summary>A channel for one request; give it back with <see cref="Return"/>.</summary>
    /// <exception cref="UpstreamException">The policy's connection limit is reached.</exception>
    public UpstreamChannel Rent(Upstream upstream, ProxyEndpoint endpoint, bool http2)
    {
        ArgumentNullException.ThrowIfNull(upstream);
        ArgumentNullException.ThrowIfNull(endpoint);
        var key = new PoolKey(upstream.Key, EndpointId.Of(endpoint), upstream.SecurityOf(endpoint), upstream.Sni, http2);
        var pool = pools.GetOrAdd(
            key,
            static (newKey, with) => new UpstreamChannelPool(with.connector, with.time, newKey.Http2, with.upstream, with.endpoint),
            (connector, time, upstream, endpoint));
        return pool.Rent(upstream, endpoint);
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

    /// <summary>Empty pools are kept: they are small, and removing one could race with a request that is renting from it.</summary>
    private void Sweep()
    {
        foreach (var pool in pools.Values) pool.Sweep();
    }

    private readonly record struct PoolKey(
        UpstreamKey Upstream, EndpointId Endpoint, UpstreamSecurity Security, string Sni, bool Http2);
}
