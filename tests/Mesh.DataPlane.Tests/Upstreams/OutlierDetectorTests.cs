using System.Collections.Immutable;
using Mesh.Config.Model;
using Mesh.DataPlane.Tests.Support;
using Mesh.DataPlane.Upstreams;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.DataPlane.Tests.Upstreams;

public sealed class OutlierDetectorTests
{
    private readonly FakeTimeProvider time = new(DateTimeOffset.UtcNow);
    private readonly UpstreamBalancer balancer;
    private readonly List<EjectionEvent> events = [];

    public OutlierDetectorTests()
    {
        balancer = new UpstreamBalancer(NoEndpointHealth.Instance, time, new Random(1));
        balancer.Outliers.Ejection += events.Add;
    }

    [Fact]
    public void Consecutive_gateway_errors_eject_and_a_success_in_between_starts_over()
    {
        var upstream = Upstream(new OutlierPolicy { ConsecutiveGatewayErrors = 2, Consecutive5xxErrors = 0 }, 3);
        Report(upstream, 0, TryOutcome.GatewayError, TryOutcome.Success, TryOutcome.GatewayError);
        Assert.Empty(events);
        Report(upstream, 0, TryOutcome.ServerError, TryOutcome.GatewayError);
        Assert.Empty(events);
        Report(upstream, 0, TryOutcome.GatewayError);
        Assert.Equal("consecutive gateway errors", Assert.Single(events).Reason);
        Assert.DoesNotContain(1, Picks(upstream));
    }

    [Fact]
    public void Consecutive_5xx_count_every_kind_and_what_says_nothing_counts_nothing()
    {
        var upstream = Upstream(new OutlierPolicy { Consecutive5xxErrors = 3 }, 3);
        Report(upstream, 1, TryOutcome.ServerError, TryOutcome.Ignored, TryOutcome.GatewayError);
        Assert.Empty(events);
        Report(upstream, 1, TryOutcome.ServerError);
        Assert.Equal(new EndpointId("127.0.0.1", 2), Assert.Single(events).Endpoint);
    }

    [Fact]
    public void Errors_of_the_connection_are_gateway_errors_too()
    {
        var upstream = Upstream(new OutlierPolicy { ConsecutiveGatewayErrors = 2, Consecutive5xxErrors = 0 }, 3);
        Report(upstream, 0, TryOutcome.LocalOrigin, TryOutcome.LocalOrigin);
        Assert.Equal("consecutive gateway errors", Assert.Single(events).Reason);
    }

    [Fact]
    public void Split_off_errors_of_the_connection_count_on_their_own()
    {
        var policy = new OutlierPolicy { Consecutive5xxErrors = 2, SplitsLocalOrigin = true, ConsecutiveLocalOriginFailures = 3 };
        var upstream = Upstream(policy, 3);
        Report(upstream, 0, TryOutcome.LocalOrigin, TryOutcome.LocalOrigin, TryOutcome.ServerError, TryOutcome.LocalOrigin, TryOutcome.LocalOrigin);
        Assert.Empty(events);
        Report(upstream, 0, TryOutcome.LocalOrigin);
        Assert.Equal("consecutive local origin failures", Assert.Single(events).Reason);
        Report(upstream, 1, TryOutcome.LocalOrigin, TryOutcome.LocalOrigin, TryOutcome.Success, TryOutcome.LocalOrigin);
        Assert.Single(events);
    }

    [Fact]
    public void Without_a_policy_nobody_is_ejected()
    {
        var upstream = Meshes.Upstream("app", [Meshes.Endpoint(1), Meshes.Endpoint(2)]);
        Report(upstream, 0, [.. Enumerable.Repeat(TryOutcome.GatewayError, 100)]);
        Assert.Empty(events);
    }

    [Fact]
    public void An_ejected_endpoint_returns_after_its_time_and_stays_away_longer_each_time()
    {
        var policy = new OutlierPolicy
        {
            Consecutive5xxErrors = 1,
            Interval = TimeSpan.FromSeconds(1),
            BaseEjectionTime = TimeSpan.FromSeconds(10),
            MaxEjectionPercent = 100,
        };
        var upstream = Upstream(policy, 2);
        Report(upstream, 0, TryOutcome.GatewayError);
        Assert.Equal([2], Picks(upstream));
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal([2], Picks(upstream));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal([1, 2], Picks(upstream));
        Report(upstream, 0, TryOutcome.GatewayError);
        Assert.Equal(TimeSpan.FromSeconds(20), events[^1].Duration);
    }

    [Fact]
    public void Healthy_intervals_let_the_ejection_time_shrink_again()
    {
        var policy = new OutlierPolicy { Consecutive5xxErrors = 1, Interval = TimeSpan.FromSeconds(1), BaseEjectionTime = TimeSpan.FromSeconds(1) };
        var upstream = Upstream(policy, 2);
        Report(upstream, 0, TryOutcome.GatewayError);
        for (var i = 0; i < 5; i++)
        {
            time.Advance(TimeSpan.FromSeconds(2));
            Picks(upstream);
        }

        Report(upstream, 0, TryOutcome.GatewayError);
        Assert.Equal(TimeSpan.FromSeconds(1), events[^1].Duration);
    }

    [Fact]
    public void One_may_always_go_but_no_more_than_the_percentage()
    {
        var upstream = Upstream(new OutlierPolicy { Consecutive5xxErrors = 1, MaxEjectionPercent = 10 }, 4);
        for (var i = 0; i < 4; i++) Report(upstream, i, TryOutcome.GatewayError);
        Assert.Single(events);
        Assert.Equal(3, Picks(upstream).Count);

        events.Clear();
        var half = Upstream(new OutlierPolicy { Consecutive5xxErrors = 1, MaxEjectionPercent = 50 }, 4) with { Key = new UpstreamKey("half", 1) };
        for (var i = 0; i < 4; i++) Report(half, i, TryOutcome.GatewayError);
        Assert.Equal(2, events.Count);
    }

    [Fact]
    public void When_all_are_ejected_there_is_no_panic()
    {
        var upstream = Upstream(new OutlierPolicy { Consecutive5xxErrors = 1, MaxEjectionPercent = 100 }, 2);
        Report(upstream, 0, TryOutcome.GatewayError);
        Report(upstream, 1, TryOutcome.GatewayError);
        Assert.Null(balancer.Pick(upstream, []));
    }

    [Fact]
    public void A_network_gateway_that_fails_for_one_service_serves_the_others()
    {
        var policy = new OutlierPolicy { Consecutive5xxErrors = 1, MaxEjectionPercent = 100 };
        var broken = Upstream(policy, 1);
        var healthy = Upstream(policy, 1) with { Key = new UpstreamKey("other.prod.svc.cluster.local", 80) };
        Report(broken, 0, TryOutcome.GatewayError);
        Assert.Null(balancer.Pick(broken, []));
        Assert.NotNull(balancer.Pick(healthy, []));
    }

    [Fact]
    public void Endpoints_that_leave_are_forgotten()
    {
        var policy = new OutlierPolicy { Consecutive5xxErrors = 1, MaxEjectionPercent = 100 };
        Report(Upstream(policy, 2), 0, TryOutcome.GatewayError);
        var smaller = Upstream(policy, 2) with { Endpoints = [Meshes.Endpoint(2)] };
        balancer.Pick(smaller, []);
        Assert.Equal([1, 2], Picks(Upstream(policy, 2)));
    }

    private static Upstream Upstream(OutlierPolicy policy, int endpoints) => Meshes.Upstream(
        "app", Enumerable.Range(1, endpoints).Select(port => Meshes.Endpoint(port)).ToImmutableArray()) with
    {
        Policy = TrafficPolicy.Default with { Outlier = policy, LoadBalancer = LoadBalancerKind.RoundRobin },
    };

    private void Report(Upstream upstream, int endpoint, params TryOutcome[] outcomes)
    {
        foreach (var outcome in outcomes) balancer.Report(upstream, upstream.Endpoints[endpoint], outcome);
    }

    /// <summary>Ports in use, each once.</summary>
    private List<int> Picks(Upstream upstream) =>
        [.. Enumerable.Range(0, 20).Select(_ => balancer.Pick(upstream, [])!.Port).Distinct().Order()];
}
