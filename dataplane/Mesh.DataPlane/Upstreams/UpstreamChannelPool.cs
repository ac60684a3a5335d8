using Mesh.Config.Model;
using Mesh.Hosting;

namespace Mesh.DataPlane.Upstreams;

/// <summary>The channels to one endpoint of one upstream for one HTTP version.</summary>
internal sealed class UpstreamChannelPool
{
    private readonly Lock gate = new();
    private readonly List<UpstreamChannel> channels = [];
    private readonly UpstreamConnector connector;
    private readonly TimeProvider time;
    private readonly bool http2;
    private Upstream upstream;
    private ProxyEndpoint endpoint;
    private bool closed;

    public UpstreamChannelPool(UpstreamConnector connector, TimeProvider time, bool http2, Upstream upstream, ProxyEndpoint endpoint)
    {
        this.connector = connector;
        this.time = time;
        this.http2 = http2;
        this.upstream = upstream;
        this.endpoint = endpoint;
    }

    public int Count
    {
        get { lock (gate) return channels.Count; }
    }

    /// <summary>A changed policy or identity set applies to connections opened from now on.</summary>
    public UpstreamChannel Rent(Upstream latest, ProxyEndpoint latestEndpoint)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(closed, this);
            upstream = latest;
            endpoint = latestEndpoint;
            DropUnused(TimeSpan.MaxValue);
            var limit = latest.Policy.MaxConnections ?? int.MaxValue;
            var channel = Reusable(http2 ? UpstreamChannels.StreamsPerConnection : 1);
            if (channel is null && channels.Count < limit) channel = Open();
            // Beyond the limit HTTP/2 requests wait for a stream on a shared connection; HTTP/1.1 ones have nothing to share.
            if (channel is null && http2) channel = Reusable(int.MaxValue);
            if (channel is null)
            {
                throw new UpstreamException(UpstreamFailure.Overflow,
                    $"{latest.Key}: all {limit} connections to {EndpointId.Of(latestEndpoint)} are in use (connectionPool.tcp.maxConnections)");
            }

            channel.Active++;
            return channel;
        }
    }

    public void Return(UpstreamChannel channel)
    {
        lock (gate)
        {
            channel.Active--;
            Invariant.Holds(channel.Active >= 0, $"channel to {EndpointId.Of(endpoint)} has {channel.Active} requests in flight");
            channel.IdleSince = time.GetUtcNow();
            if (closed || channel.IsDead) DropUnused(TimeSpan.MaxValue);
        }
    }

    /// <summary>Closes what broke and what nobody used for the idle time.</summary>
    public void Sweep()
    {
        lock (gate)
        {
            DropUnused(upstream.Policy.HttpIdleTimeout);
        }
    }

    public void Close()
    {
        lock (gate)
        {
            closed = true;
            foreach (var channel in channels) channel.Dispose();
            channels.Clear();
        }
    }

    private UpstreamChannel? Reusable(int limit)
    {
        UpstreamChannel? best = null;
        foreach (var channel in channels)
        {
            if (channel.IsDead || channel.Active >= limit) continue;
            // The fullest that still has room, so that surplus connections run empty and can be closed.
            if (best is null || channel.Active > best.Active) best = channel;
        }

        return best;
    }

    private UpstreamChannel Open()
    {
        var protocol = http2 ? UpstreamProtocol.Http2 : UpstreamProtocol.Http1;
        var channel = new UpstreamChannel(
            this, token => connector.ConnectAsync(upstream, endpoint, protocol, token), upstream.Policy.HttpIdleTimeout,
            upstream.Policy.Http2KeepAlive);
        channels.Add(channel);
        return channel;
    }

    private void DropUnused(TimeSpan idleTimeout)
    {
        for (var i = channels.Count - 1; i >= 0; i--)
        {
            var channel = channels[i];
            if (channel.Active > 0) continue;
            if (!channel.IsDead && time.GetUtcNow() - channel.IdleSince < idleTimeout) continue;
            channels.RemoveAt(i);
            channel.Dispose();
        }
    }
}
