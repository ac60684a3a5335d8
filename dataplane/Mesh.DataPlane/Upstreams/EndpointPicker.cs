using Mesh.Config.Model;

namespace Mesh.DataPlane.Upstreams;

/// <summary>
/// Chooses the endpoint for one try. Of the lowest priority that has a usable endpoint not tried yet, by the policy's balancer and the
/// weights. Usable: not unhealthy or draining in the snapshot, not ejected, not known dead by active probes. There is no panic routing:
/// when nothing is usable the answer is null (response flag UH), as Istio configures Envoy.
/// </summary>
/// <remarks>Source: Envoy, "Load balancing: priority levels, panic threshold"; istio cluster_traffic_policy.go.</remarks>
public sealed class EndpointPicker
{
    private readonly OutlierDetector outliers;
    private readonly IEndpointHealth health;
    private readonly Random random;

    /// <param name="random">Seed it to make choices repeatable; it is locked, so any instance will do.</param>
    public EndpointPicker(OutlierDetector outliers, IEndpointHealth health, Random random)
    {
        this.outliers = outliers;
        this.health = health;
        this.random = random;
    }

    /// <param name="tried">
    /// Endpoints that failed this request already. They are avoided, also at the price of a worse priority, but chosen again when
    /// nothing else is usable.
    /// </param>
    public ProxyEndpoint? Pick(Upstream upstream, UpstreamState state, IReadOnlyCollection<EndpointId> tried)
    {
        ArgumentNullException.ThrowIfNull(upstream);
        ArgumentNullException.ThrowIfNull(tried);
        outliers.Sweep(upstream, state);
        var candidates = Candidates(upstream, state, tried);
        if (candidates.Count == 0 && tried.Count > 0) candidates = Candidates(upstream, state, []);
        return candidates.Count switch
        {
            0 => null,
            1 => candidates[0],
            _ => Balance(upstream.Policy.LoadBalancer, candidates, state),
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

    private List<ProxyEndpoint> Candidates(Upstream upstream, UpstreamState state, IReadOnlyCollection<EndpointId> tried)
    {
        var found = new List<ProxyEndpoint>();
        var priority = int.MaxValue;
        foreach (var endpoint in upstream.Endpoints)
        {
            if (endpoint.Priority > priority || !IsUsable(state, endpoint)) continue;
            if (tried.Count > 0 && tried.Contains(EndpointId.Of(endpoint))) continue;
            if (endpoint.Priority < priority) found.Clear();
            priority = endpoint.Priority;
            found.Add(endpoint);
        }

        return found;
    }

    private bool IsUsable(UpstreamState state, ProxyEndpoint endpoint) =>
        endpoint.Health is EndpointHealth.Unknown or EndpointHealth.Healthy
        && !state.Of(endpoint).IsEjected
        && !health.IsDown(endpoint);

    private ProxyEndpoint Balance(LoadBalancerKind kind, List<ProxyEndpoint> candidates, UpstreamState state) => kind switch
    {
        LoadBalancerKind.RoundRobin => SmoothRoundRobin(candidates, state),
        LoadBalancerKind.LeastRequest => PowerOfTwo(candidates, state),
        // Consistent hashing needs the request's key and comes with it; until then it balances evenly.
        _ => ByWeight(candidates),
    };

    private ProxyEndpoint PowerOfTwo(List<ProxyEndpoint> candidates, UpstreamState state)
    {
        var first = ByWeight(candidates);
        var second = ByWeight(candidates);
        // Load relative to weight, compared crosswise to stay in integers.
        var loadOfFirst = (state.Of(first).Active + 1L) * second.Weight;
        var loadOfSecond = (state.Of(second).Active + 1L) * first.Weight;
        return loadOfSecond < loadOfFirst ? second : first;
    }

    private ProxyEndpoint ByWeight(List<ProxyEndpoint> candidates)
    {
        long total = 0;
        foreach (var candidate in candidates) total += candidate.Weight;
        long ticket;
        lock (random) ticket = random.NextInt64(total);
        foreach (var candidate in candidates)
        {
            ticket -= candidate.Weight;
            if (ticket < 0) return candidate;
        }

        return candidates[^1];
    }

    /// <summary>Nginx's smooth weighted round robin: each gains its weight, the richest is taken and pays the sum.</summary>
    private static ProxyEndpoint SmoothRoundRobin(List<ProxyEndpoint> candidates, UpstreamState state)
    {
        lock (state.Gate)
        {
            ProxyEndpoint? best = null;
            var bestCredit = double.MinValue;
            double total = 0;
            foreach (var candidate in candidates)
            {
                var id = EndpointId.Of(candidate);
                var credit = state.RoundRobin.GetValueOrDefault(id) + candidate.Weight;
                state.RoundRobin[id] = credit;
                total += candidate.Weight;
                if (credit <= bestCredit) continue;
                best = candidate;
                bestCredit = credit;
            }

            state.RoundRobin[EndpointId.Of(best!)] -= total;
            return best!;
        }
    }
}
