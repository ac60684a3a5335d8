using System.Net;
using Grpc.Net.Client;
using Mesh.DataPlane.Tests.Support;
using Mesh.Gateway.Tests.Support;

namespace Mesh.Gateway.Tests;

public sealed class FailoverTests : IAsyncLifetime
{
    private readonly TestPki pki = new();
    private readonly TestGateway gateway;
    private EchoBackend first = null!;
    private EchoBackend second = null!;
    private MeshProxy firstSidecar = null!;
    private MeshProxy secondSidecar = null!;

    public FailoverTests() => gateway = new TestGateway(pki);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        first = await EchoBackend.StartAsync("first");
        second = await EchoBackend.StartAsync("second");
        firstSidecar = await SidecarAsync(first);
        secondSidecar = await SidecarAsync(second);
        gateway.WriteConfig("gateways.yaml", MeshYamlText.Gateways(gateway));
        gateway.WriteConfig("routes.yaml", MeshYamlText.Routes());
        gateway.WriteConfig("service.yaml", MeshYamlText.Service(firstSidecar.Port, secondSidecar.Port));
        await gateway.StartAsync();
        await gateway.ReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        await firstSidecar.DisposeAsync();
        await secondSidecar.DisposeAsync();
        await first.DisposeAsync();
        await second.DisposeAsync();
    }

    [Fact(Timeout = 240_000)]
    public async Task A_replica_that_dies_under_load_costs_no_call_and_gets_traffic_again_when_it_is_back()
    {
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{gateway.HttpPort}");
        var echo = new Echo.EchoClient(channel);
        Assert.Equal(2, (await ServersAsync(echo, 40)).Length);
        await firstSidecar.DisposeAsync();
        for (var i = 0; i < 100; i++)
            Assert.Equal("second", (await echo.UnaryAsync(new EchoRequest { Text = $"{i}" }, cancellationToken: Stop)).Server);
        firstSidecar = await SidecarAsync(first, firstSidecar.Port);
        await Poll.UntilAsync(() => ServersAsync(echo, 5).GetAwaiter().GetResult().Length == 2, "traffic to return");
    }

    [Fact(Timeout = 240_000)]
    public async Task A_replica_whose_application_dies_costs_no_call_over_http_either()
    {
        using var http = new HttpClient();
        await first.StopAsync();
        for (var i = 0; i < 20; i++)
        {
            using var response = await http.PostAsync(new Uri($"http://127.0.0.1:{gateway.HttpPort}/v1"), new StringContent($"body {i}"), Stop);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.EndsWith($"body {i}", await response.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = 240_000)]
    public async Task Endpoints_that_leave_the_configuration_get_no_further_call()
    {
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{gateway.HttpPort}");
        var echo = new Echo.EchoClient(channel);
        gateway.WriteConfig("service.yaml", MeshYamlText.Service(secondSidecar.Port));
        // So many that they never all go to one of two by chance.
        await Poll.UntilAsync(() => ServersAsync(echo, 50).GetAwaiter().GetResult() is ["second"], "the endpoint to go");
        Assert.Equal(["second"], await ServersAsync(echo, 50));
    }

    private static async Task<string[]> ServersAsync(Echo.EchoClient echo, int calls)
    {
        var servers = new HashSet<string>();
        for (var i = 0; i < calls; i++) servers.Add((await echo.UnaryAsync(new EchoRequest { Text = "x" }, cancellationToken: Stop)).Server);
        return [.. servers];
    }

    private Task<MeshProxy> SidecarAsync(EchoBackend backend, int port = 0) =>
        MeshProxy.StartSidecarAsync(new FixedIdentity(pki.Workload("payments")), backend.Port, port: port);
}
