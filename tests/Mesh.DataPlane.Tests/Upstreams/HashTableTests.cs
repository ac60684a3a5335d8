using Mesh.Config.Model;
using Mesh.DataPlane.Tests.Support;
using Mesh.DataPlane.Upstreams;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.DataPlane.Tests.Upstreams;

public sealed class HashTableTests
{
    private const int Keys = 2000;

    [Theory]
    [InlineData(null)]
    [InlineData(65537L)]
    public void An_endpoint_that_leaves_moves_its_own_keys_and_hardly_any_other(long? maglev)
    {
        var before = Owners(maglev, 1, 2, 3, 4, 5);
        var after = Owners(maglev, 1, 2, 4, 5);
        var moved = before.Where((owner, key) => owner != 3 && after[key] != owner).Count();
        Assert.DoesNotContain(3, after);
        // A smaller mesh has more points on the ring for each endpoint, so a few more keys move than with fixed points.
        Assert.InRange(moved, 0, Keys * 15 / 100);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(65537L)]
    public void Keys_are_spread_by_weight(long? maglev)
    {
        var balancer = new UpstreamBalancer(NoEndpointHealth.Instance, TimeProvider.System, new Random(1));
        var upstream = Hashed(maglev, Meshes.Endpoint(1, weight: 3), Meshes.Endpoint(2));
        var heavy = Enumerable.Range(0, Keys).Count(key => balancer.Pick(upstream, [], Hash(key))!.Port == 1);
        Assert.InRange(heavy, Keys * 65 / 100, Keys * 85 / 100);
    }

    [Fact]
    public void An_endpoint_that_is_ejected_or_was_tried_is_passed_over_and_the_others_keep_their_keys()
    {
        var balancer = new UpstreamBalancer(NoEndpointHealth.Instance, TimeProvider.System, new Random(1));
        var upstream = Hashed(null, Meshes.Endpoint(1), Meshes.Endpoint(2), Meshes.Endpoint(3));
        for (var key = 0; key < 200; key++)
        {
            var first = balancer.Pick(upstream, [], Hash(key))!;
            var second = balancer.Pick(upstream, [EndpointId.Of(first)], Hash(key))!;
            Assert.NotEqual(first.Port, second.Port);
        }

        var draining = upstream with
        {
            Endpoints = [upstream.Endpoints[0], upstream.Endpoints[1] with { Health = EndpointHealth.Draining }, upstream.Endpoints[2]],
        };
        for (var key = 0; key < 200; key++)
        {
            var owner = new UpstreamBalancer(NoEndpointHealth.Instance, TimeProvider.System, new Random(1)).Pick(upstream, [], Hash(key))!.Port;
            var now = balancer.Pick(draining, [], Hash(key))!.Port;
            if (owner == 2) Assert.NotEqual(2, now);
            else Assert.Equal(owner, now);
        }
    }

    [Fact]
    public void A_worse_priority_is_asked_only_when_the_better_has_nobody()
    {
        var balancer = new UpstreamBalancer(NoEndpointHealth.Instance, TimeProvider.System, new Random(1));
        var near = Meshes.Endpoint(1);
        var far = Meshes.Endpoint(2, priority: 1);
        Assert.All(Enumerable.Range(0, 50), key => Assert.Equal(1, balancer.Pick(Hashed(null, near, far), [], Hash(key))!.Port));
        var gone = near with { Health = EndpointHealth.Unhealthy };
        Assert.All(Enumerable.Range(0, 50), key => Assert.Equal(2, balancer.Pick(Hashed(null, gone, far), [], Hash(key))!.Port));
    }

    [Fact]
    public void A_request_with_nothing_to_go_by_goes_anywhere()
    {
        var balancer = new UpstreamBalancer(NoEndpointHealth.Instance, TimeProvider.System, new Random(1));
        var upstream = Hashed(null, Meshes.Endpoint(1), Meshes.Endpoint(2));
        Assert.Equal(2, Enumerable.Range(0, 50).Select(_ => balancer.Pick(upstream, [])!.Port).Distinct().Count());
    }

    [Theory]
    [InlineData(LoadBalancerKind.RoundRobin)]
    [InlineData(LoadBalancerKind.LeastRequest)]
    public void A_new_endpoint_warms_up_to_its_share(LoadBalancerKind kind)
    {
        var time = new FakeTimeProvider();
        var balancer = new UpstreamBalancer(NoEndpointHealth.Instance, time, new Random(1));
        var policy = TrafficPolicy.Default with { LoadBalancer = kind, Warmup = new WarmupPolicy(TimeSpan.FromSeconds(100)) };
        var old = Meshes.Upstream("app", [Meshes.Endpoint(1)]) with { Policy = policy };
        var grown = old with { Endpoints = [Meshes.Endpoint(1), Meshes.Endpoint(2)] };
        balancer.Pick(grown with { Endpoints = [Meshes.Endpoint(1), Meshes.Endpoint(3)] }, []);
        time.Advance(TimeSpan.FromSeconds(200));
        var atFirst = Share(balancer, grown);
        time.Advance(TimeSpan.FromSeconds(50));
        var halfway = Share(balancer, grown);
        time.Advance(TimeSpan.FromSeconds(60));
        var atLast = Share(balancer, grown);
        Assert.InRange(atFirst, 0.02, 0.16);
        Assert.InRange(halfway, 0.25, 0.42);
        Assert.InRange(atLast, 0.44, 0.56);
    }

    private static double Share(UpstreamBalancer balancer, Upstream upstream) =>
        Enumerable.Range(0, 2000).Count(_ => balancer.Pick(upstream, [])!.Port == 2) / 2000.0;

    private static ulong Hash(int key) => System.IO.Hashing.XxHash64.HashToUInt64(BitConverter.GetBytes(key));

    private static List<int> Owners(long? maglev, params int[] ports)
    {
        var balancer = new UpstreamBalancer(NoEndpointHealth.Instance, TimeProvider.System, new Random(1));
        var upstream = Hashed(maglev, [.. ports.Select(port => Meshes.Endpoint(port))]);
        return [.. Enumerable.Range(0, Keys).Select(key => balancer.Pick(upstream, [], Hash(key))!.Port)];
    }

    private static Upstream Hashed(long? maglev, params ProxyEndpoint[] endpoints) => Meshes.Upstream("app", [.. endpoints]) with
    {
        Policy = TrafficPolicy.Default with
        {
            LoadBalancer = LoadBalancerKind.ConsistentHash,
            Hash = new HashPolicy { HeaderName = "x-user", MaglevTableSize = maglev },
        },
    };
}
