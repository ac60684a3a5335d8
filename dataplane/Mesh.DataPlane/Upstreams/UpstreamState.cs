using System.Collections.Concurrent;
using Mesh.Config.Model;
using Mesh.DataPlane.Upstreams.Hashing;

namespace Mesh.DataPlane.Upstreams;

/// <summary>What the data plane remembers about one upstream across snapshots: load, ejections, round robin position.</summary>
public sealed class UpstreamState
{
    private readonly ConcurrentDictionary<EndpointId, EndpointState> endpoints = new();
    private Upstream? known;
    private HashTables? tables;
    private int active;
    private int retries;
    private int connections;

    internal UpstreamState(UpstreamKey key) => Key = key;

    public UpstreamKey Key { get; }

    public IEnumerable<KeyValuePair<EndpointId, EndpointState>> Endpoints => endpoints;

    public UpstreamCounters Counters { get; } = new();

    /// <summary>As it was used last; null before its first use.</summary>
    public Upstream? Upstream => Volatile.Read(ref known);

    /// <summary>Requests in flight, all endpoints together.</summary>
    public int Active => Volatile.Read(ref active);

    /// <summary>Connections that are carried as bytes, all endpoints together.</summary>
    public int Connections => Volatile.Read(ref connections);

    internal Lock Gate { get; } = new();
    internal DateTimeOffset LastSweep { get; set; }
    internal Dictionary<EndpointId, double> RoundRobin { get; } = [];

    public EndpointState Of(ProxyEndpoint endpoint) => endpoints.GetOrAdd(EndpointId.Of(endpoint), static _ => new EndpointState());

    /// <summary>For the upstream that was followed last; null without a policy for it.</summary>
    internal HashTables? Tables => Volatile.Read(ref tables);

    /// <summary>Forgets what is of endpoints the upstream no longer has; cheap when the instance did not change.</summary>
    internal void Follow(Upstream upstream)
    {
        if (ReferenceEquals(Interlocked.Exchange(ref known, upstream), upstream)) return;
        var present = upstream.Endpoints.Select(EndpointId.Of).ToHashSet();
        foreach (var id in endpoints.Keys)
            if (!present.Contains(id)) endpoints.TryRemove(id, out _);
        lock (Gate)
        {
            foreach (var id in RoundRobin.Keys)
                if (!present.Contains(id)) RoundRobin.Remove(id);
        }

        Volatile.Write(ref tables, upstream.Policy.Hash is { } hash ? new HashTables(upstream, hash) : null);
    }

    /// <summary>False when <paramref name="limit"/> requests are in flight already.</summary>
    internal bool TryEnter(int? limit)
    {
        if (Interlocked.Increment(ref active) <= (limit ?? int.MaxValue)) return true;
        Interlocked.Decrement(ref active);
        Counters.Overflowed();
        return false;
    }

    internal void Leave() => Interlocked.Decrement(ref active);

    /// <summary>False when as many retries are in flight as the policy lets be: its budget, or else its limit.</summary>
    /// <remarks>Source: Envoy, "Circuit breaking: retry budget", which replaces max_retries.</remarks>
    internal bool TryEnterRetry(TrafficPolicy policy)
    {
        var limit = policy.RetryBudget is { } budget
            ? Math.Max(budget.MinConcurrency, (int)(Active * budget.Percent / 100))
            : policy.MaxRetries ?? int.MaxValue;
        if (Interlocked.Increment(ref retries) <= limit)
        {
            Counters.Retried();
            return true;
        }

        Interlocked.Decrement(ref retries);
        Counters.RetryOverflowed();
        return false;
    }

    internal void LeaveRetry() => Interlocked.Decrement(ref retries);

    /// <summary>False when <paramref name="limit"/> connections are carried already.</summary>
    internal bool TryEnterConnection(int? limit)
    {
        if (Interlocked.Increment(ref connections) <= (limit ?? int.MaxValue)) return true;
        Interlocked.Decrement(ref connections);
        return false;
    }

    internal void LeaveConnection() => Interlocked.Decrement(ref connections);
}
