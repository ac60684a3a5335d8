using System.Collections.Immutable;
using Mesh.Config.Model;
using Mesh.DataPlane.Tests.Support;
using Mesh.DataPlane.Upstreams;

namespace Mesh.DataPlane.Tests.Upstreams;

/// <summary>How calls are shared between priorities when endpoints fail.</summary>
public sealed class PriorityTests
{
    private const int Calls = 2000;

    private readonly UpstreamBalancer balancer = new(NoEndpointHealth.Instance, TimeProvider.System, new Random(7));

    [Theory]
    // Seven in ten are enough for all calls; with fewer, the rest of 1.4 times the healthy share goes on.
    [InlineData(10, 0, 1.0)]
    [InlineData(10, 2, 1.0)]
    [InlineData(10, 5, 0.7)]
    [InlineData(10, 9, 0.14)]
    [InlineData(10, 10, 0.0)]
    public void What_the_healthy_part_of_a_priority_cannot_take_goes_to_the_next(int endpoints, int unhealthy, double share)
    {
        var upstream = Upstream(0, Endpoints(endpoints, unhealthy, priority: 0), Endpoints(10, 0, priority: 1));
        var first = Picks(upstream).Count(endpoint => endpoint.Priority == 0);
        Assert.InRange(first / (double)Calls, share - 0.05, share + 0.05);
    }

    [Fact]
    public void When_all_priorities_are_weak_they_share_by_what_each_can_still_take()
    {
        var upstream = Upstream(0, Endpoints(10, 8, priority: 0), Endpoints(10, 8, priority: 1));
        Assert.InRange(Picks(upstream).Count(endpoint => endpoint.Priority == 0) / (double)Calls, 0.45, 0.55);
    }

    [Fact]
    public void Below_the_least_health_of_the_rule_calls_go_to_all_endpoints_also_the_unhealthy()
    {
        var calm = Upstream(0, Endpoints(4, 3));
        Assert.Single(Picks(calm).Distinct());
        var panicking = Upstream(50, Endpoints(4, 3));
        Assert.Equal(4, Picks(panicking).Distinct().Count());
        Assert.NotNull(balancer.Pick(Upstream(50, Endpoints(2, 2)), []));
        Assert.Null(balancer.Pick(Upstream(0, Endpoints(2, 2)), []));
    }

    [Fact]
    public void A_priority_below_the_least_health_does_not_panic_while_another_can_take_the_calls()
    {
        var upstream = Upstream(50, Endpoints(4, 3, priority: 0), Endpoints(4, 0, priority: 1));
        Assert.Equal(5, Picks(upstream).Distinct().Count());
    }

    [Fact]
    public void When_nothing_is_healthy_another_try_goes_on_to_the_next_priority()
    {
        var upstream = Upstream(1, Endpoints(1, 1, priority: 0), Endpoints(1, 1, priority: 1));
        var first = balancer.Pick(upstream, [])!;
        var second = balancer.Pick(upstream, [EndpointId.Of(first)])!;
        Assert.Equal((0, 1), (first.Priority, second.Priority));
    }

    [Fact]
    public void A_priority_to_avoid_is_left_alone_as_long_as_there_is_another()
    {
        var upstream = Upstream(0, Endpoints(2, 0, priority: 0), Endpoints(2, 0, priority: 1));
        Assert.All(Enumerable.Range(0, 50), _ => Assert.Equal(1, balancer.Pick(upstream, [], avoid: 1)!.Priority));
        Assert.All(Enumerable.Range(0, 50), _ => Assert.Equal(0, balancer.Pick(upstream, [], avoid: 3)!.Priority));
    }

    private static ImmutableArray<ProxyEndpoint> Endpoints(int count, int unhealthy, int priority = 0) =>
    [
        .. Enumerable.Range(0, count).Select(i => Meshes.Endpoint(1 + i + (priority * 100), priority: priority) with
        {
            Health = i < unhealthy ? EndpointHealth.Unhealthy : EndpointHealth.Healthy,
        }),
    ];

    private static Upstream Upstream(int minHealth, params ImmutableArray<ProxyEndpoint>[] priorities) =>
        Meshes.Upstream("app", [.. priorities.SelectMany(endpoints => endpoints)]) with
        {
            Policy = TrafficPolicy.Default with { Outlier = new OutlierPolicy { MinHealthPercent = minHealth } },
        };

    private List<ProxyEndpoint> Picks(Upstream upstream) => [.. Enumerable.Range(0, Calls).Select(_ => balancer.Pick(upstream, [])!)];
}
