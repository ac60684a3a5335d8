using System.Collections.Concurrent;
using System.Net;
using Mesh.Config.Model;
using Mesh.Config.Routing;
using Mesh.DataPlane.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.DataPlane.Tests.Http;

/// <summary>Limits of a DestinationRule's connection pool, toward an HTTP/1.1 application that answers when it is told to.</summary>
public sealed class CircuitBreakerTests : IAsyncLifetime
{
    private readonly FakeDirectory directory = new();
    private readonly HttpClient http = new();
    private readonly SemaphoreSlim arrived = new(0);
    private readonly SemaphoreSlim answer = new(0);
    private readonly ConcurrentDictionary<string, int> connections = new();
    private WebApplication application = null!;
    private MeshProxy client = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        application = builder.Build();
        application.MapFallback(async context =>
        {
            connections.AddOrUpdate(context.Connection.Id, 1, static (_, count) => count + 1);
            if (context.Request.Path == "/wait")
            {
                arrived.Release();
                await answer.WaitAsync(context.RequestAborted);
            }

            context.Response.StatusCode = context.Request.Path == "/fails" ? 503 : 200;
        });
        await application.StartAsync(Stop);
        client = await MeshProxy.StartClientSideAsync(
            new FixedIdentity(new TestPki().Workload("gateway")), directory,
            new FakeRoutes().Add("/", Meshes.Route(new RetryPolicy { Attempts = 3, RetriableStatusCodes = [503], BaseBackoff = TimeSpan.FromMilliseconds(1) })));
    }

    public async ValueTask DisposeAsync()
    {
        answer.Release(1000);
        http.Dispose();
        await client.DisposeAsync();
        await application.DisposeAsync();
        arrived.Dispose();
        answer.Dispose();
    }

    [Fact(Timeout = 120_000)]
    public async Task Beyond_the_connections_one_request_waits_and_the_next_is_refused_as_overload()
    {
        Use(new TrafficPolicy { MaxConnections = 1, Http1MaxPendingRequests = 1 });
        // Opens the connection, so that nothing waits for that.
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/"));
        var served = StatusAsync("/wait");
        await arrived.WaitAsync(Stop);

        var contenders = new List<Task<(HttpStatusCode Status, string? Overloaded)>> { AskAsync("/"), AskAsync("/") };
        var refused = await Task.WhenAny(contenders);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "true"), await refused);
        contenders.Remove(refused);
        Assert.False(contenders[0].IsCompleted);
        answer.Release();
        Assert.Equal(HttpStatusCode.OK, await served);
        Assert.Equal((HttpStatusCode.OK, null), await contenders[0]);
        Assert.Single(connections);
        var line = await client.Log.NextAsync(line => line.ResponseCode == 503);
        Assert.Equal("UO", line.ResponseFlags);
        Assert.Contains("http1MaxPendingRequests", line.ResponseCodeDetails, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_caller_who_leaves_while_waiting_does_not_take_the_connection_along()
    {
        Use(new TrafficPolicy { MaxConnections = 1, Http1MaxPendingRequests = 1 });
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/"));
        var served = StatusAsync("/wait");
        await arrived.WaitAsync(Stop);
        using var leaving = new CancellationTokenSource();
        var contenders = new List<Task<HttpResponseMessage>> { AskAsync(leaving.Token), AskAsync(leaving.Token) };
        var refused = await Task.WhenAny(contenders);
        (await refused).Dispose();
        contenders.Remove(refused);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => contenders[0]);
        answer.Release();
        Assert.Equal(HttpStatusCode.OK, await served);
        await Poll.ForAsync(() => StatusAsync("/").GetAwaiter().GetResult() == HttpStatusCode.OK ? "yes" : null, "the connection to be free");
    }

    [Fact(Timeout = 120_000)]
    public async Task Each_connection_serves_as_many_requests_as_it_may()
    {
        Use(new TrafficPolicy { MaxRequestsPerConnection = 2 });
        for (var i = 0; i < 6; i++) Assert.Equal(HttpStatusCode.OK, await StatusAsync("/"));
        Assert.Equal([2, 2, 2], connections.Values);
    }

    [Fact(Timeout = 120_000)]
    public async Task Requests_beyond_the_limit_of_the_upstream_are_refused_as_overload()
    {
        Use(new TrafficPolicy { Http2MaxRequests = 1 });
        var served = StatusAsync("/wait");
        await arrived.WaitAsync(Stop);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "true"), await AskAsync("/"));
        answer.Release();
        Assert.Equal(HttpStatusCode.OK, await served);
    }

    [Fact(Timeout = 120_000)]
    public async Task Without_room_for_a_retry_the_caller_gets_the_answer_that_was_there()
    {
        Use(new TrafficPolicy { RetryBudget = new RetryBudgetPolicy(Percent: 0, MinConcurrency: 0) });
        Assert.Equal((HttpStatusCode.ServiceUnavailable, null), await AskAsync("/fails"));
        var line = await client.Log.NextAsync(_ => true);
        Assert.Equal(("UO", 1), (line.ResponseFlags, line.Attempts));
    }

    [Theory(Timeout = 120_000)]
    [InlineData(100, 0, 4)]
    [InlineData(0, 1, 4)]
    [InlineData(20, 0, 1)]
    public async Task A_budget_lets_a_share_of_the_requests_be_tried_again_and_a_few_in_any_case(double percent, int few, int attempts)
    {
        // Of one request twenty percent are none.
        Use(new TrafficPolicy { MaxRetries = 1000, RetryBudget = new RetryBudgetPolicy(percent, few) });
        await AskAsync("/fails");
        Assert.Equal(attempts, (await client.Log.NextAsync(_ => true)).Attempts);
    }

    private void Use(TrafficPolicy policy) => directory.Set(
        Meshes.Upstream("app", [Meshes.Endpoint(new Uri(application.Urls.First()).Port)]) with
        {
            Tls = ClientTlsMode.Disable,
            Protocol = ServiceProtocol.Http,
            Policy = policy,
        });

    private async Task<HttpStatusCode> StatusAsync(string path) => (await AskAsync(path)).Status;

    private async Task<(HttpStatusCode Status, string? Overloaded)> AskAsync(string path)
    {
        using var response = await http.GetAsync(new Uri(client.Address + path), Stop);
        return (response.StatusCode, response.Headers.TryGetValues("x-envoy-overloaded", out var values) ? values.Single() : null);
    }

    private Task<HttpResponseMessage> AskAsync(CancellationToken cancellationToken) =>
        http.GetAsync(new Uri(client.Address + "/"), cancellationToken);
}
