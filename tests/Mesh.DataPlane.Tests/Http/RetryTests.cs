using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Config.Model;
using Mesh.Config.Routing;
using Mesh.DataPlane.Tests.Support;

namespace Mesh.DataPlane.Tests.Http;

public sealed class RetryTests : IAsyncLifetime
{
    private static readonly RetryPolicy Policy = new()
    {
        Attempts = 3,
        RetryOn = ["connect-failure", "refused-stream", "unavailable", "reset"],
        RetriableStatusCodes = [503],
        BaseBackoff = TimeSpan.FromMilliseconds(1),
    };

    private readonly TestPki pki = new();
    private readonly FakeDirectory directory = new();
    private readonly HttpClient http = new();
    private EchoBackend first = null!;
    private EchoBackend second = null!;
    private MeshProxy firstSidecar = null!;
    private MeshProxy secondSidecar = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        first = await EchoBackend.StartAsync("first");
        second = await EchoBackend.StartAsync("second");
        firstSidecar = await MeshProxy.StartSidecarAsync(new FixedIdentity(pki.Workload("payments")), first.Port);
        secondSidecar = await MeshProxy.StartSidecarAsync(new FixedIdentity(pki.Workload("payments")), second.Port);
        Use(Meshes.Endpoint(firstSidecar.Port), Meshes.Endpoint(secondSidecar.Port, priority: 1));
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await firstSidecar.DisposeAsync();
        await secondSidecar.DisposeAsync();
        await first.DisposeAsync();
        await second.DisposeAsync();
    }

    [Fact(Timeout = 240_000)]
    public async Task A_dead_proxy_costs_no_error_and_is_left_alone_soon()
    {
        await using var client = await ClientAsync(Policy);
        using var channel = GrpcChannel.ForAddress(client.Address);
        var echo = new Echo.EchoClient(channel);
        Assert.Equal("first", (await echo.UnaryAsync(new EchoRequest { Text = "a" }, cancellationToken: Stop)).Server);
        await firstSidecar.DisposeAsync();
        for (var i = 0; i < 20; i++)
            Assert.Equal("second", (await echo.UnaryAsync(new EchoRequest { Text = $"{i}" }, cancellationToken: Stop)).Server);
        await Poll.UntilAsync(() => client.Log.Entries.Count == 21, "all lines");
        Assert.Equal(1, client.Log.Entries[^1].Attempts);
        Assert.All(client.Log.Entries, line => Assert.Equal("-", line.ResponseFlags));
    }

    [Fact(Timeout = 240_000)]
    public async Task A_dead_application_behind_a_living_proxy_costs_no_error()
    {
        await using var client = await ClientAsync(Policy);
        await first.StopAsync();
        using var channel = GrpcChannel.ForAddress(client.Address);
        var reply = await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest { Text = "x" }, cancellationToken: Stop);
        Assert.Equal("second", reply.Server);
        using var response = await http.PostAsync(new Uri(client.Address + "/v1"), new StringContent("json"), Stop);
        Assert.Equal("second", response.Headers.GetValues("x-server").Single());
        Assert.EndsWith("json", await response.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Equal("UF", (await firstSidecar.Log.NextAsync(_ => true)).ResponseFlags);
    }

    [Fact(Timeout = 240_000)]
    public async Task A_body_is_replayed_whole_up_to_the_limit()
    {
        first.Status = () => 503;
        await using var client = await ClientAsync(Policy);
        var body = new string('b', 900_000);
        using var response = await http.PostAsync(new Uri(client.Address + "/"), new StringContent(body), Stop);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.EndsWith(body, await response.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Equal(2, (await client.Log.NextAsync(_ => true)).Attempts);
    }

    [Fact(Timeout = 240_000)]
    public async Task A_body_beyond_the_limit_is_not_tried_again()
    {
        first.Status = () => 503;
        await using var client = await ClientAsync(Policy);
        using var response = await http.PostAsync(new Uri(client.Address + "/"), new StringContent(new string('b', 1_200_000)), Stop);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("first", response.Headers.GetValues("x-server").Single());
        Assert.Equal(1, (await client.Log.NextAsync(_ => true)).Attempts);
    }

    [Fact(Timeout = 240_000)]
    public async Task The_last_answer_is_passed_on_when_retries_are_used_up()
    {
        first.Status = second.Status = () => 503;
        await using var client = await ClientAsync(Policy);
        using var response = await http.GetAsync(new Uri(client.Address + "/"), Stop);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        var line = await client.Log.NextAsync(_ => true);
        Assert.Equal(4, line.Attempts);
        Assert.Equal("URX", line.ResponseFlags);
    }

    [Fact(Timeout = 240_000)]
    public async Task What_the_route_does_not_name_is_not_tried_again()
    {
        first.Status = () => 500;
        await using var client = await ClientAsync(Policy);
        using var response = await http.GetAsync(new Uri(client.Address + "/"), Stop);
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        using var channel = GrpcChannel.ForAddress(client.Address);
        var error = await Assert.ThrowsAsync<RpcException>(async () => await new Echo.EchoClient(channel).UnaryAsync(
            new EchoRequest { FailWith = (int)StatusCode.Internal }, cancellationToken: Stop));
        Assert.Equal(StatusCode.Internal, error.StatusCode);
        await Poll.UntilAsync(() => client.Log.Entries.Count == 2, "both lines");
        Assert.All(client.Log.Entries, line => Assert.Equal(1, line.Attempts));
    }

    [Fact(Timeout = 240_000)]
    public async Task A_grpc_condition_in_the_headers_is_tried_again_elsewhere()
    {
        await using var client = await ClientAsync(Policy);
        using var channel = GrpcChannel.ForAddress(client.Address);
        // Unavailable from both: four tries, then the status itself.
        var error = await Assert.ThrowsAsync<RpcException>(async () => await new Echo.EchoClient(channel).UnaryAsync(
            new EchoRequest { FailWith = (int)StatusCode.Unavailable }, cancellationToken: Stop));
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Equal(4, (await client.Log.NextAsync(_ => true)).Attempts);
        Assert.NotEmpty(second.Requests);
    }

    [Fact(Timeout = 240_000)]
    public async Task Without_any_endpoint_callers_are_told_which_service_and_why()
    {
        Use();
        await using var client = await ClientAsync(Policy);
        using var response = await http.GetAsync(new Uri(client.Address + "/"), Stop);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal($"{Meshes.Host}:8080 has no endpoints\n", await response.Content.ReadAsStringAsync(Stop));
        Assert.Equal("UH", (await client.Log.NextAsync(_ => true)).ResponseFlags);
        using var channel = GrpcChannel.ForAddress(client.Address);
        var error = await Assert.ThrowsAsync<RpcException>(
            async () => await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest(), cancellationToken: Stop));
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Contains("has no endpoints", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact(Timeout = 240_000)]
    public async Task A_route_timeout_ends_the_request_with_504()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        Use(Meshes.Endpoint(((IPEndPoint)silent.LocalEndpoint).Port, EndpointTls.Disabled));
        await using var client = await ClientAsync(RetryPolicy.None, TimeSpan.FromMilliseconds(200));
        using var response = await http.GetAsync(new Uri(client.Address + "/"), Stop);
        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Equal("UT", (await client.Log.NextAsync(_ => true)).ResponseFlags);
    }

    [Fact(Timeout = 240_000)]
    public async Task A_per_try_timeout_moves_the_request_to_another_endpoint()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        Use(
            Meshes.Endpoint(((IPEndPoint)silent.LocalEndpoint).Port, EndpointTls.Disabled),
            Meshes.Endpoint(secondSidecar.Port, priority: 1));
        await using var client = await ClientAsync(Policy with { PerTryTimeout = TimeSpan.FromMilliseconds(200) });
        using var response = await http.GetAsync(new Uri(client.Address + "/"), Stop);
        Assert.Equal("second", response.Headers.GetValues("x-server").Single());
    }

    [Fact(Timeout = 240_000)]
    public async Task A_server_of_another_identity_is_not_called()
    {
        directory.Set(directory.Find(Meshes.Key)! with { ExpectedIdentities = ["spiffe://cluster.local/ns/prod/sa/other"] });
        await using var client = await ClientAsync(RetryPolicy.None);
        using var response = await http.GetAsync(new Uri(client.Address + "/"), Stop);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        var line = await client.Log.NextAsync(_ => true);
        Assert.Equal("UF", line.ResponseFlags);
        Assert.Contains("spiffe://cluster.local/ns/prod/sa/payments", line.ResponseCodeDetails, StringComparison.Ordinal);
        Assert.Empty(first.Requests);
    }

    [Fact(Timeout = 240_000)]
    public async Task Without_a_known_identity_or_an_own_certificate_nothing_is_dialled()
    {
        directory.Set(directory.Find(Meshes.Key)! with { ExpectedIdentities = [] });
        await using var client = await ClientAsync(Policy);
        using var response = await http.GetAsync(new Uri(client.Address + "/"), Stop);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("no service account", await response.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);

        Use(Meshes.Endpoint(firstSidecar.Port));
        await using var bare = await MeshProxy.StartClientSideAsync(
            new FixedIdentity(null), directory, new FakeRoutes().Add("/", Meshes.Route()));
        using var refused = await http.GetAsync(new Uri(bare.Address + "/"), Stop);
        Assert.Contains("no certificate yet", await refused.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Empty(firstSidecar.Log.Entries);
    }

    [Fact(Timeout = 240_000)]
    public async Task Too_many_requests_are_refused_with_UO()
    {
        directory.Set(directory.Find(Meshes.Key)! with { Policy = TrafficPolicy.Default with { Http2MaxRequests = 1 } });
        await using var client = await ClientAsync(RetryPolicy.None);
        using var channel = GrpcChannel.ForAddress(client.Address);
        var echo = new Echo.EchoClient(channel);
        using var busy = echo.UnaryAsync(new EchoRequest { Hang = true }, cancellationToken: Stop);
        Assert.True(await first.Hanging.WaitAsync(TimeSpan.FromSeconds(90), Stop));
        var error = await Assert.ThrowsAsync<RpcException>(async () => await echo.UnaryAsync(new EchoRequest(), cancellationToken: Stop));
        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.Equal("UO", (await client.Log.NextAsync(_ => true)).ResponseFlags);
    }

    [Fact(Timeout = 240_000)]
    public async Task A_retry_that_finds_no_endpoint_gives_its_place_back()
    {
        await firstSidecar.DisposeAsync();
        Use(Meshes.Endpoint(firstSidecar.Port));
        var oneRetry = directory.Find(Meshes.Key)! with
        {
            Policy = TrafficPolicy.Default with
            {
                MaxRetries = 1,
                Outlier = new OutlierPolicy { ConsecutiveGatewayErrors = 1, MaxEjectionPercent = 100 },
            },
        };
        directory.Set(oneRetry);
        await using var client = await ClientAsync(Policy);
        using var none = await http.GetAsync(new Uri(client.Address + "/"), Stop);
        Assert.Equal("UH", (await client.Log.NextAsync(_ => true)).ResponseFlags);

        // The dead one is ejected no longer and is tried first again.
        directory.Set(oneRetry with
        {
            Endpoints = [Meshes.Endpoint(firstSidecar.Port), Meshes.Endpoint(secondSidecar.Port, priority: 1)],
            Policy = oneRetry.Policy with { Outlier = null },
        });
        using var response = await http.GetAsync(new Uri(client.Address + "/"), Stop);
        Assert.Equal("second", response.Headers.GetValues("x-server").Single());
    }

    [Fact(Timeout = 240_000)]
    public async Task A_grpc_timeout_beyond_the_calendar_is_as_good_as_none()
    {
        await using var client = await ClientAsync(Policy);
        using var request = new HttpRequestMessage(HttpMethod.Post, client.Address + "/") { Content = new ByteArrayContent([]) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.Add("grpc-timeout", "99999999H");
        using var response = await http.SendAsync(request, Stop);
        Assert.Equal("first", response.Headers.GetValues("x-server").Single());
    }

    [Fact(Timeout = 240_000)]
    public async Task What_proxies_say_about_a_caller_cannot_be_taken_away_by_naming_it_in_Connection()
    {
        await using var client = await ClientAsync(Policy);
        using var request = new HttpRequestMessage(HttpMethod.Get, client.Address + "/");
        foreach (var name in new[] { "x-forwarded-for", "x-forwarded-proto", "traceparent", "x-request-id", "x-of-this-hop" })
            request.Headers.Connection.Add(name);
        request.Headers.Add("x-of-this-hop", "1");
        using var response = await http.SendAsync(request, Stop);
        var seen = first.Requests.Single();
        Assert.Equal("127.0.0.1", seen["x-forwarded-for"]);
        Assert.Equal("http", seen["x-forwarded-proto"]);
        Assert.Contains("traceparent", seen.Keys);
        Assert.Contains("x-request-id", seen.Keys);
        Assert.DoesNotContain("x-of-this-hop", seen.Keys);
    }

    private void Use(params ProxyEndpoint[] endpoints) => directory.Set(Meshes.Upstream("payments", [.. endpoints]) with
    {
        Policy = TrafficPolicy.Default with
        {
            ConnectTimeout = TimeSpan.FromSeconds(2),
            Outlier = new OutlierPolicy { ConsecutiveGatewayErrors = 5, MaxEjectionPercent = 50 },
        },
    });

    private Task<MeshProxy> ClientAsync(RetryPolicy retries, TimeSpan? timeout = null) => MeshProxy.StartClientSideAsync(
        new FixedIdentity(pki.Workload("gateway", "istio-system")), directory,
        new FakeRoutes().Add("/", Meshes.Route(retries) with { Timeout = timeout }));
}
