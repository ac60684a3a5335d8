using System.Net;
using Mesh.FakeKube.Faults;
using Mesh.FakeKube.Tests.Support;

namespace Mesh.FakeKube.Tests.Api;

public sealed class FaultTests
{
    [Fact]
    public async Task Broken_connections_end_watches_and_new_ones_work()
    {
        await using var api = await TestApi.StartAsync();
        using var watch = await api.WatchAsync($"{Samples.VirtualServices}?watch=true&resourceVersion={api.Server.Revision}");

        Assert.True(api.Server.Faults.BreakConnections() > 0);

        await Assert.ThrowsAnyAsync<Exception>(watch.NextAsync);
        await api.OkAsync("GET", Samples.VirtualServices);
    }

    [Fact]
    public async Task A_silenced_watch_stays_open_and_misses_what_a_new_one_sees()
    {
        await using var api = await TestApi.StartAsync();
        var path = $"{Samples.VirtualServices}?watch=true&resourceVersion={api.Server.Revision}";
        using var silent = await api.WatchAsync(path);
        await Wait.UntilAsync(() => api.Server.Faults.OpenWatches == 1, "the watch is open");

        Assert.Equal(1, api.Server.Faults.SilenceWatches("virtualservices.networking.istio.io"));
        await api.OkAsync("POST", Samples.VirtualServices, Samples.VirtualService("a"));
        using var fresh = await api.WatchAsync(path);
        Assert.Equal("ADDED a", await fresh.NextAsync());

        var read = silent.ReadAsync();
        await api.OkAsync("GET", Samples.VirtualServices);
        Assert.False(read.IsCompleted);
        Assert.Equal(2, api.Server.Faults.OpenWatches);
        api.Server.Faults.EndWatches();
        Assert.Null(await read);
    }

    [Fact]
    public async Task Nothing_passes_while_the_network_stalls_and_everything_after()
    {
        await using var api = await TestApi.StartAsync();
        await api.OkAsync("GET", Samples.VirtualServices);
        api.Server.Faults.Stall();
        using var other = TestApi.NewClient(api.Server);

        var waiting = api.OkAsync("GET", Samples.VirtualServices);
        var connecting = other.GetAsync("/livez", TestContext.Current.CancellationToken);
        await Wait.UntilAsync(() => api.Server.Faults.OpenConnections >= 2, "the second connection is made");

        Assert.False(waiting.IsCompleted);
        Assert.False(connecting.IsCompleted);
        api.Server.Faults.Resume();
        await waiting;
        Assert.Equal(HttpStatusCode.OK, (await connecting).StatusCode);
    }

    [Fact]
    public async Task A_refusal_is_given_as_often_as_wanted_with_the_time_to_wait()
    {
        await using var api = await TestApi.StartAsync();
        api.Server.Faults.Add(new RequestFault
        {
            Verb = "list",
            Resource = "virtualservices.networking.istio.io",
            Status = 429,
            RetryAfter = TimeSpan.FromSeconds(2),
            Times = 1,
        });

        await api.OkAsync("GET", Samples.ConfigMaps);
        using var refused = await api.AnswerAsync("GET", Samples.VirtualServices);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(2), refused.Headers.RetryAfter!.Delta);
        await api.OkAsync("GET", Samples.VirtualServices);
    }

    [Fact]
    public async Task Refused_connections_fail_until_they_are_accepted_again()
    {
        await using var api = await TestApi.StartAsync();
        api.Server.Faults.RefuseConnections = true;

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => api.GetAsync(Samples.VirtualServices));

        api.Server.Faults.RefuseConnections = false;
        await api.OkAsync("GET", Samples.VirtualServices);
    }

    [Fact]
    public async Task A_server_that_stopped_comes_back_with_its_objects()
    {
        await using var api = await TestApi.StartAsync(new FakeKubeOptions { Listen = new IPEndPoint(IPAddress.Loopback, FreePort.Next()) });
        await api.OkAsync("POST", Samples.VirtualServices, Samples.VirtualService("a"));

        await api.Server.StopAsync();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => api.GetAsync(Samples.VirtualServices));
        await api.Server.ListenAsync(TestContext.Current.CancellationToken);

        await api.OkAsync("GET", Samples.VirtualServices + "/a");
    }
}
