using System.Collections.Immutable;
using Mesh.Config.Model;
using Mesh.DataPlane.Tests.Support;
using Mesh.DataPlane.Upstreams;

namespace Mesh.DataPlane.Tests.Upstreams;

public sealed class EndpointPickerTests
{
    private readonly FakeHealth health = new();
    private readonly UpstreamBalancer balancer;

    public EndpointPickerTests() => balancer = new UpstreamBalancer(health, TimeProvider.System, new Random(42));

    [Fact]
    public void The_lowest_priority_with_a_usable_endpoint_takes_all()
    {
        var upstream = With(LoadBalancerKind.Random, Endpoint(1), Endpoint(2, priority: 1), Endpoint(3, priority: 2));
        Assert.All(Picks(upstream, 20), pick => Assert.Equal(1, pick));
        health.Down.Add(1);
        Assert.All(Picks(upstream, 20), pick => Assert.Equal(2, pick));
        health.Down.Add(2);
        Assert.All(Picks(upstream, 20), pick => Assert.Equal(3, pick));
        health.Down.Add(3);
        Assert.Null(balancer.Pick(upstream, []));
        health.Down.Clear();
        Assert.All(Picks(upstream, 20), pick => Assert.Equal(1, pick));
    }

    [Theory]
    [InlineData(EndpointHealth.Unhealthy)]
    [InlineData(EndpointHealth.Draining)]
    public void What_the_control_plane_calls_unusable_is_not_used_even_as_the_last(EndpointHealth state)
    {
        Assert.Null(balancer.Pick(With(LoadBalancerKind.Random, Endpoint(1) with { Health = state }), []));
        Assert.Equal(2, balancer.Pick(With(LoadBalancerKind.Random, Endpoint(1) with { Health = state }, Endpoint(2, priority: 1)), [])!.Port);
    }

    [Fact]
    public void A_retry_goes_elsewhere_and_across_priorities_but_rather_back_than_nowhere()
    {
        var upstream = With(LoadBalancerKind.RoundRobin, Endpoint(1), Endpoint(2, priority: 1));
        Assert.Equal(2, balancer.Pick(upstream, [new EndpointId("127.0.0.1", 1)])!.Port);
        Assert.Equal(1, balancer.Pick(upstream, [new EndpointId("127.0.0.1", 1), new EndpointId("127.0.0.1", 2)])!.Port);
    }

    [Fact]
    public void Round_robin_follows_weights_exactly()
    {
        var upstream = With(LoadBalancerKind.RoundRobin, Endpoint(1, weight: 5), Endpoint(2, weight: 1), Endpoint(3, weight: 1));
        Assert.Equal([1, 1, 2, 1, 3, 1, 1], Picks(upstream, 7));
    }

    [Theory]
    [InlineData(LoadBalancerKind.Random)]
    [InlineData(LoadBalancerKind.LeastRequest)]
    public void Random_choices_follow_weights_roughly_and_repeat_with_their_seed(LoadBalancerKind kind)
    {
        var upstream = With(kind, Endpoint(1, weight: 3), Endpoint(2, weight: 1));
        var picks = Picks(upstream, 4000);
        Assert.InRange(picks.Count(pick => pick == 1), 2800, 3800);
        var again = new UpstreamBalancer(health, TimeProvider.System, new Random(42));
        Assert.Equal(picks, Picks(upstream, 4000, again));
    }

    [Fact]
    public void The_less_loaded_of_two_is_taken()
    {
        var upstream = With(LoadBalancerKind.LeastRequest, Endpoint(1), Endpoint(2));
        var state = balancer.States.Of(upstream);
        for (var i = 0; i < 10; i++) state.Of(upstream.Endpoints[0]).Enter();
        var picks = Picks(upstream, 1000);
        // Only when both draws hit the busy one, a quarter of the time, has it a chance.
        Assert.InRange(picks.Count(pick => pick == 2), 700, 800);
    }

    private static ProxyEndpoint Endpoint(int port, int priority = 0, uint weight = 1) => Meshes.Endpoint(port, EndpointTls.Istio, priority, weight);

    private static Upstream With(LoadBalancerKind kind, params ImmutableArray<ProxyEndpoint> endpoints) =>
        Meshes.Upstream("app", endpoints) with { Policy = TrafficPolicy.Default with { LoadBalancer = kind } };

    private List<int> Picks(Upstream upstream, int count, UpstreamBalancer? with = null) =>
        [.. Enumerable.Range(0, count).Select(_ => (with ?? balancer).Pick(upstream, [])!.Port)];

    private sealed class FakeHealth : IEndpointHealth
    {
        public HashSet<int> Down { get; } = [];

        public bool IsDown(ProxyEndpoint endpoint) => Down.Contains(endpoint.Port);
    }
}
