using Mesh.Config.Model;

namespace Mesh.DataPlane.Upstreams;

/// <summary>
/// Chooses the endpoint for one try: a priority by its health (<see cref="PriorityChoice"/>), and in it one that was not tried yet, by the
/// policy's balancer and the weights. Usable: not unhealthy or draining in the snapshot, not ejected, not known dead by active probes. There is
/// no panic routing unless the policy has a <c>minHealthPercent</c>: when nothing is usable the answer is null (response flag UH), as Istio
/// configures Envoy.
/// </summary>
/// <remarks>Source: Envoy, "Load balancing: priority levels, panic threshold"; istio cluster_traffic_policy.go.</remarks>
public sealed class EndpointPicker
{
    private readonly OutlierDetector outliers;
    private readonly IEndpointHealth health;
    private readonly TimeProvider time;
    private readonly Random random;

    /// <param name="random">Seed it to make choices repeatable; it is locked, so any instance will do.</param>
    public EndpointPicker(OutlierDetector outliers, IEndpointHealth health, TimeProvider time, Random random)
    {
        this.time = time;
        this.outliers = outliers;
        this.health = health;
        this.random = random;
    }

    /// <param name="tried">
    /// Endpoints that failed this request already. They are avoided, also at the price of a worse priority, but chosen again when
    /// nothing else is usable.
    /// </param>
    /// <param name="hash">What consistent hashing goes by; null: any endpoint will do.</param>
    /// <param name="avoid">Priorities to leave alone as long as another has a usable endpoint, one bit for each of the first 64.</param>
    public ProxyEndpoint? Pick(
        Upstream upstream, UpstreamState state, IReadOnlyCollection<EndpointId> tried, ulong? hash = null, ulong avoid = 0)
    {
        ArgumentNullException.ThrowIfNull(upstream);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(tried);
        outliers.Sweep(upstream, state);
        if (upstream.Endpoints.IsDefaultOrEmpty) return null;
        var (priority, panic) = ChoosePriority(upstream, state, hash, avoid);
        if (priority < 0) return null;
        if (hash is { } key && state.Tables is { } tables)
        {
            return tables.Find(key, priority, endpoint => (panic || IsUsable(state, endpoint)) && !tried.Contains(EndpointId.Of(endpoint)))
                ?? tables.Find(key, endpoint => IsUsable(state, endpoint) && !tried.Contains(EndpointId.Of(endpoint)))
                ?? tables.Find(key, endpoint => IsUsable(state, endpoint));
        }

        if (upstream.Endpoints.Length == 1) return panic || IsUsable(state, upstream.Endpoints[0]) ? upstream.Endpoints[0] : null;
        var candidates = Candidates(upstream, state, priority, panic, tried);
        if (candidates.Count == 0 && tried.Count > 0)
        {
            // Rather elsewhere than back, and rather back than nowhere.
            candidates = FirstWithCandidates(upstream, state, panic, tried);
            if (candidates.Count == 0) candidates = Candidates(upstream, state, priority, panic, []);
        }

        return candidates.Count switch
        {
            0 => null,
            1 => candidates[0],
            _ => Balance(upstream.Policy, candidates, state),
        };
    }

    /// <summary>Why <see cref="Pick"/> found nothing, for messages.</summary>
    public static string WhyNone(Upstream upstream)
    {
        ArgumentNullException.ThrowIfNull(upstream);
        return upstream.Endpoints.IsDefaultOrEmpty
            ? $"{upstream.Key.Host}:{upstream.Key.Port} has no endpoints"
            : $"none of the {upstream.Endpoints.Length} endpoints of {upstream.Key.Host}:{upstream.Key.Port} is healthy";
    }

    /// <returns>-1 when nothing is usable.</returns>
    private (int Priority, bool Panic) ChoosePriority(Upstream upstream, UpstreamState state, ulong? hash, ulong avoid)
    {
        var last = upstream.Endpoints[^1].Priority;
        var minHealth = upstream.Policy.Outlier?.MinHealthPercent ?? 0;
        // Most upstreams have a single priority and cannot panic: there is nothing to count.
        if (last == 0 && minHealth == 0) return (0, false);
        const int few = 8;
        Span<int> usable = last < few ? stackalloc int[last + 1] : new int[last + 1];
        Span<int> total = last < few ? stackalloc int[last + 1] : new int[last + 1];
        usable.Clear();
        total.Clear();
        foreach (var endpoint in upstream.Endpoints)
        {
            total[endpoint.Priority]++;
            if (IsUsable(state, endpoint)) usable[endpoint.Priority]++;
        }

        LeaveAlone(usable, avoid);
        return PriorityChoice.Of(usable, total, minHealth, hash is { } key ? (int)(key % 100) : Ticket());
    }

    private static void LeaveAlone(Span<int> usable, ulong avoid)
    {
        const int bits = 64;
        var others = false;
        for (var i = 0; i < usable.Length; i++) others |= usable[i] > 0 && (i >= bits || (avoid >> i & 1) == 0);
        if (!others) return;
        for (var i = 0; i < Math.Min(bits, usable.Length); i++)
            if ((avoid >> i & 1) != 0) usable[i] = 0;
    }

    private int Ticket()
    {
        lock (random) return random.Next(100);
    }

    private List<ProxyEndpoint> Candidates(
        Upstream upstream, UpstreamState state, int priority, bool panic, IReadOnlyCollection<EndpointId> tried)
    {
        var found = new List<ProxyEndpoint>();
        foreach (var endpoint in upstream.Endpoints)
        {
            if (endpoint.Priority != priority || !(panic || IsUsable(state, endpoint))) continue;
            if (tried.Count > 0 && tried.Contains(EndpointId.Of(endpoint))) continue;
            found.Add(endpoint);
        }

        return found;
    }

    private List<ProxyEndpoint> FirstWithCandidates(
        Upstream upstream, UpstreamState state, bool panic, IReadOnlyCollection<EndpointId> tried)
    {
        var last = upstream.Endpoints[^1].Priority;
        for (var priority = 0; priority <= last; priority++)
            if (Candidates(upstream, state, priority, panic, tried) is { Count: > 0 } found) return found;
        return [];
    }

    private bool IsUsable(UpstreamState state, ProxyEndpoint endpoint) =>
        endpoint.Health is EndpointHealth.Unknown or EndpointHealth.Healthy
        && !state.Of(endpoint).IsEjected
        && !health.IsDown(endpoint);

    private ProxyEndpoint Balance(TrafficPolicy policy, List<ProxyEndpoint> candidates, UpstreamState state)
    {
        var weights = Weights(policy.Warmup, candidates, state);
        return policy.LoadBalancer switch
        {
            LoadBalancerKind.RoundRobin => SmoothRoundRobin(candidates, weights, state),
            LoadBalancerKind.LeastRequest => PowerOfTwo(candidates, weights, state),
            // Also what consistent hashing does with a request that has nothing to go by.
            _ => candidates[ByWeight(weights)],
        };
    }

    /// <summary>An endpoint that is warming up counts for a part of its weight.</summary>
    private double[] Weights(WarmupPolicy? warmup, List<ProxyEndpoint> candidates, UpstreamState state)
    {
        var weights = new double[candidates.Count];
        for (var i = 0; i < weights.Length; i++)
            weights[i] = candidates[i].Weight * (warmup is null ? 1 : Warmup.Share(warmup, time.GetUtcNow() - state.Of(candidates[i]).Since(time)));
        return weights;
    }

    private ProxyEndpoint PowerOfTwo(List<ProxyEndpoint> candidates, double[] weights, UpstreamState state)
    {
        var first = ByWeight(weights);
        var second = ByWeight(weights);
        // Load relative to weight, compared crosswise. Idle ones are equal: both were drawn by their weights already.
        var loadOfFirst = state.Of(candidates[first]).Active * weights[second];
        var loadOfSecond = state.Of(candidates[second]).Active * weights[first];
        return candidates[loadOfSecond < loadOfFirst ? second : first];
    }

    /// <returns>An index.</returns>
    private int ByWeight(double[] weights)
    {
        double ticket;
        lock (random) ticket = random.NextDouble() * weights.Sum();
        for (var i = 0; i < weights.Length; i++)
        {
            ticket -= weights[i];
            if (ticket < 0) return i;
        }

        return weights.Length - 1;
    }

    /// <summary>Nginx's smooth weighted round robin: each gains its weight, the richest is taken and pays the sum.</summary>
    private static ProxyEndpoint SmoothRoundRobin(List<ProxyEndpoint> candidates, double[] weights, UpstreamState state)
    {
        lock (state.Gate)
        {
            ProxyEndpoint? best = null;
            var bestCredit = double.MinValue;
            double total = 0;
            for (var i = 0; i < weights.Length; i++)
            {
                var id = EndpointId.Of(candidates[i]);
                var credit = state.RoundRobin.GetValueOrDefault(id) + weights[i];
                state.RoundRobin[id] = credit;
                total += weights[i];
                if (credit <= bestCredit) continue;
                best = candidates[i];
                bestCredit = credit;
            }

            state.RoundRobin[EndpointId.Of(best!)] -= total;
            return best!;
        }
    }
}
