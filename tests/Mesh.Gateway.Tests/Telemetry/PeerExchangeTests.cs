using Mesh.DataPlane.Telemetry;
using Mesh.DataPlane.Tests.Support;
using Mesh.Gateway.Tests.Support;

namespace Mesh.Gateway.Tests.Telemetry;

/// <summary>What a gateway and a sidecar tell each other of their workloads.</summary>
public sealed class PeerExchangeTests : IAsyncLifetime
{
    private static readonly WorkloadMetadata Told = new()
    {
        Instance = "payments-1",
        Workload = "payments",
        Namespace = "prod",
        Cluster = "eks-b",
        App = "pay",
        Version = "v2",
        CanonicalService = "pay",
        CanonicalRevision = "v2",
    };

    private readonly TestPki pki = new();
    private readonly TestGateway gateway;
    private readonly HttpClient http = new();
    private EchoBackend backend = null!;
    private MeshProxy sidecar = null!;

    public PeerExchangeTests() => gateway = new TestGateway(pki);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        backend = await EchoBackend.StartAsync();
        sidecar = await MeshProxy.StartSidecarAsync(
            new FixedIdentity(pki.Workload("payments")), backend.Port, peers: new PeerExchange("sidecar~127.0.0.1~payments-1.prod~x", Told));
        gateway.WriteConfig("gateways.yaml", MeshYamlText.Gateways(gateway));
        gateway.WriteConfig("routes.yaml", MeshYamlText.Routes("/"));
        gateway.WriteConfig("service.yaml", MeshYamlText.Service(sidecar.Port));
        await gateway.StartAsync();
        await gateway.ReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await gateway.DisposeAsync();
        await sidecar.DisposeAsync();
        await backend.DisposeAsync();
    }

    [Fact(Timeout = 240_000)]
    public async Task A_peer_is_counted_by_what_it_tells_and_nobody_else_is_told()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{gateway.HttpPort}/told");
        request.Headers.Add("x-envoy-peer-metadata", PeerMetadata.Encode(Told with { Workload = "forged" }));
        request.Headers.Add("x-envoy-peer-metadata-id", "forged");
        using var response = await http.SendAsync(request, Stop);

        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}");
        Assert.DoesNotContain(response.Headers, header => header.Key.StartsWith("x-envoy-peer-metadata", StringComparison.OrdinalIgnoreCase));
        var seen = Assert.Single(backend.Requests);
        Assert.DoesNotContain(seen.Keys, name => name.StartsWith("x-envoy-peer-metadata", StringComparison.Ordinal));
        await Poll.UntilAsync(() => Scrape().All("istio_requests_total").Count == 1, "the counted request");
        var labels = Scrape().Find("istio_requests_total")!.Labels;
        Assert.Equal(("payments", "pay", "v2", "eks-b"),
            (labels["destination_workload"], labels["destination_app"], labels["destination_version"], labels["destination_cluster"]));
        Assert.Equal(("pay", "v2"), (labels["destination_canonical_service"], labels["destination_canonical_revision"]));
    }

    private Scrape Scrape() => DataPlane.Tests.Support.Scrape.Parse(
        http.GetStringAsync($"http://127.0.0.1:{gateway.AdminPort}/stats/prometheus", Stop).GetAwaiter().GetResult());
}
