using Mesh.Config.Model;
using Mesh.Hosting;

namespace Mesh.DataPlane.Upstreams;

/// <summary>
/// The channels to one endpoint of one upstream for one HTTP version, and the requests that wait for one of them because no more
/// connections may be opened.
/// </summary>
internal sealed class UpstreamChannelPool
{
    private readonly Lock gate = new();
    private readonly List<UpstreamChannel> channels = [];
    private readonly Queue<TaskCompletionSource<UpstreamChannel>> waiting = [];
    private readonly UpstreamConnector connector;
    private readonly UpstreamLimits limits;
    private readonly TimeProvider time;
    private readonly bool http2;
    private Upstream upstream;
    private ProxyEndpoint endpoint;
    private bool closed;

    public UpstreamChannelPool(
        UpstreamConnector connector, UpstreamLimits limits, TimeProvider time, bool http2, Upstream upstream, ProxyEndpoint endpoint)
    {
        this.connector = connector;
        this.limits = limits;
        this.time = time;
        this.http2 = http2;
        this.upstream = upstream;
        this.endpoint = endpoint;
    }

    public int Count
    {
        get { lock (gate) return channels.Count; }
    }

    /// <summary>An open channel, at once when there is one. A changed policy or identity set applies to connections opened from now on.</summary>
    /// <exception cref="UpstreamException">It could not be opened, or as many requests as may wait do so already.</exception>
    public ValueTask<UpstreamChannel> RentAsync(Upstream latest, ProxyEndpoint latestEndpoint, CancellationToken cancellationToken)
    {
        TaskCompletionSource<UpstreamChannel>? place = null;
        UpstreamChannel? channel;
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(closed, this);
            upstream = latest;
            endpoint = latestEndpoint;
            DropUnused(TimeSpan.MaxValue);
            channel = Take();
            if (channel is { IsOpen: true }) return ValueTask.FromResult(channel);
            if (!limits.TryWait(latest.Policy.Http1MaxPendingRequests))
            {
                if (channel is not null) PutBack(channel);
                throw new UpstreamException(UpstreamFailure.Overflow,
                    $"{latest.Key}: {latest.Policy.Http1MaxPendingRequests} requests wait for a connection already (connectionPool.http.http1MaxPendingRequests)");
            }

            if (channel is null)
            {
                place = new TaskCompletionSource<UpstreamChannel>(TaskCreationOptions.RunContinuationsAsynchronously);
                waiting.Enqueue(place);
            }
        }

        return WaitAsync(channel, place, cancellationToken);
    }

    public void Return(UpstreamChannel channel)
    {
        lock (gate)
        {
            PutBack(channel);
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
            foreach (var channel in channels) Drop(channel);
            channels.Clear();
            while (waiting.TryDequeue(out var place)) place.TrySetCanceled(CancellationToken.None);
        }
    }

    /// <summary>Waits for a channel where there is none, then for its connection.</summary>
    private async ValueTask<UpstreamChannel> WaitAsync(
        UpstreamChannel? channel, TaskCompletionSource<UpstreamChannel>? place, CancellationToken cancellationToken)
    {
        try
        {
            if (place is not null)
            {
                using var givingUp = cancellationToken.UnsafeRegister(
                    static (state, token) => ((TaskCompletionSource<UpstreamChannel>)state!).TrySetCanceled(token), place);
                channel = await place.Task.ConfigureAwait(false);
            }

            await channel!.ReadyAsync(cancellationToken).ConfigureAwait(false);
            return channel;
        }
        catch
        {
            if (channel is not null) Return(channel);
            throw;
        }
        finally
        {
            limits.Waited();
        }
    }

    /// <summary>A channel with room for one more request, opened when there is none; null when that may not be.</summary>
    private UpstreamChannel? Take()
    {
        var channel = Reusable(http2 ? Math.Min(upstream.Policy.MaxConcurrentStreams ?? int.MaxValue, UpstreamChannels.StreamsPerConnection) : 1);
        if (channel is null && limits.TryOpen(upstream.Policy.MaxConnections, isFirst: channels.Count == 0)) channel = Open();
        if (channel is null) return null;
        channel.Active++;
        channel.Served++;
        return channel;
    }

    private void PutBack(UpstreamChannel channel)
    {
        channel.Active--;
        Invariant.Holds(channel.Active >= 0, $"channel to {EndpointId.Of(endpoint)} has {channel.Active} requests in flight");
        channel.IdleSince = time.GetUtcNow();
        if (closed || channel.IsDead || IsUsedUp(channel)) DropUnused(TimeSpan.MaxValue);
        // Who waits gets this one, or the right to open another in the place of one that broke.
        while (!closed && waiting.TryPeek(out var place))
        {
            if (!place.Task.IsCompleted)
            {
                if (Take() is not { } next) return;
                if (!place.TrySetResult(next))
                {
                    next.Active--;
                    next.Served--;
                }
            }

            waiting.Dequeue();
        }
    }

    private UpstreamChannel? Reusable(int limit)
    {
        UpstreamChannel? best = null;
        foreach (var channel in channels)
        {
            if (channel.IsDead || channel.Active >= limit || IsUsedUp(channel)) continue;
            // The fullest that still has room, so that surplus connections run empty and can be closed.
            if (best is null || channel.Active > best.Active) best = channel;
        }

        return best;
    }

    private bool IsUsedUp(UpstreamChannel channel) => channel.Served >= (upstream.Policy.MaxRequestsPerConnection ?? long.MaxValue);

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
            if (!channel.IsDead && !IsUsedUp(channel) && time.GetUtcNow() - channel.IdleSince < idleTimeout) continue;
            channels.RemoveAt(i);
            Drop(channel);
        }
    }

    private void Drop(UpstreamChannel channel)
    {
        channel.Dispose();
        limits.Closed();
    }
}
