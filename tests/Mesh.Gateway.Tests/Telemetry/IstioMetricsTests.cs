using Grpc.Net.Client;
using Mesh.DataPlane.Tests.Support;
using Mesh.Gateway.Tests.Support;

namespace Mesh.Gateway.Tests.Telemetry;

/// <summary>What Prometheus reads from a gateway after real calls, as Istio's dashboards and Kiali ask for it.</summary>
public sealed class IstioMetricsTests : IAsyncLifetime
{
    private readonly TestPki pki = new();
    private readonly TestGateway gateway;
    private readonly HttpClient http = new();
    private EchoBackend backend = null!;
    private MeshProxy sidecar = null!;

    public IstioMetricsTests() => gateway = new TestGateway(pki);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        backend = await EchoBackend.StartAsync();
        sidecar = await MeshProxy.StartSidecarAsync(new FixedIdentity(pki.Workload("payments")), backend.Port);
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
    public async Task A_request_is_counted_with_all_of_Istios_labels()
    {
        await http.GetStringAsync($"http://127.0.0.1:{gateway.HttpPort}/hello", Stop);

        var sample = await SampleAsync("istio_requests_total");
        Assert.Equal(
            """
            connection_security_policy=unknown
            destination_app=echo
            destination_canonical_revision=latest
            destination_canonical_service=echo
            destination_cluster=eks-a
            destination_principal=spiffe://cluster.local/ns/prod/sa/payments
            destination_service=echo.prod.svc.cluster.local
            destination_service_name=echo
            destination_service_namespace=prod
            destination_version=unknown
            destination_workload=WORKLOAD
            destination_workload_namespace=prod
            grpc_response_status=
            reporter=source
            request_protocol=http
            response_code=200
            response_flags=-
            source_app=unknown
            source_canonical_revision=latest
            source_canonical_service=gateway-test
            source_cluster=eks-a
            source_principal=spiffe://cluster.local/ns/istio-system/sa/gateway
            source_version=unknown
            source_workload=gateway-test
            source_workload_namespace=istio-system
            """.Replace("WORKLOAD", $"echo-{sidecar.Port}", StringComparison.Ordinal).ReplaceLineEndings("\n"),
            string.Join('\n', sample.Labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}")));
        Assert.Equal(1, sample.Value);
    }

    [Fact(Timeout = 240_000)]
    public async Task Durations_and_sizes_have_Istios_buckets()
    {
        await http.PostAsync(new Uri($"http://127.0.0.1:{gateway.HttpPort}/"), new StringContent(new string('x', 300)), Stop);

        await SampleAsync("istio_requests_total");
        var page = await ScrapeAsync();
        Assert.Equal(
            ["0.5", "1", "5", "10", "25", "50", "100", "250", "500", "1000", "2500", "5000", "10000", "30000", "60000", "300000", "600000", "1800000", "3600000", "+Inf"],
            page.All("istio_request_duration_milliseconds_bucket").Select(bucket => bucket.Labels["le"]));
        Assert.Equal(0, page.Find("istio_request_bytes_bucket", ("le", "250"))!.Value);
        Assert.Equal(1, page.Find("istio_request_bytes_bucket", ("le", "500"))!.Value);
        Assert.Equal(300, page.Find("istio_request_bytes_sum")!.Value);
        Assert.Equal(1, page.Find("istio_response_bytes_count")!.Value);
    }

    [Fact(Timeout = 240_000)]
    public async Task A_grpc_call_is_counted_by_its_grpc_status()
    {
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{gateway.HttpPort}");
        await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest { Text = "hello" }, cancellationToken: Stop);

        var sample = await SampleAsync("istio_requests_total");
        Assert.Equal("grpc", sample.Labels["request_protocol"]);
        Assert.Equal("200", sample.Labels["response_code"]);
        Assert.Equal("0", sample.Labels["grpc_response_status"]);
    }

    [Fact(Timeout = 240_000)]
    public async Task Messages_of_a_stream_are_counted_both_ways()
    {
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{gateway.HttpPort}");
        using var call = new Echo.EchoClient(channel).Chat(cancellationToken: Stop);
        for (var i = 0; i < 3; i++)
        {
            await call.RequestStream.WriteAsync(new EchoRequest { Text = $"{i}" }, Stop);
            Assert.True(await call.ResponseStream.MoveNext(Stop));
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(Stop));

        Assert.Equal(3, (await SampleAsync("istio_request_messages_total")).Value);
        Assert.Equal(3, (await SampleAsync("istio_response_messages_total")).Value);
    }

    [Fact(Timeout = 240_000)]
    public async Task A_request_without_a_route_is_counted_for_an_unknown_destination()
    {
        gateway.WriteConfig("routes.yaml", MeshYamlText.Routes("/only-this"));
        await Poll.UntilAsync(() => StatusAsync("/gone").GetAwaiter().GetResult() == 404, "the changed routes");

        await Poll.UntilAsync(
            () => ScrapeAsync().GetAwaiter().GetResult().All("istio_requests_total", ("response_flags", "NR")).Count == 1, "the refused request");
        var sample = (await ScrapeAsync()).Find("istio_requests_total", ("response_flags", "NR"))!;
        Assert.Equal("404", sample.Labels["response_code"]);
        Assert.Equal("unknown", sample.Labels["destination_service"]);
        Assert.Equal("unknown", sample.Labels["destination_workload"]);
        Assert.Equal("unknown", sample.Labels["destination_principal"]);
    }

    [Fact(Timeout = 240_000)]
    public async Task Destinations_configuration_and_certificate_are_shown_too()
    {
        await http.GetStringAsync($"http://127.0.0.1:{gateway.HttpPort}/", Stop);

        await SampleAsync("istio_requests_total");
        var page = await ScrapeAsync();
        var cluster = ("cluster_name", "outbound|8080||" + MeshYamlText.Host);
        Assert.Equal(1, page.Find("envoy_cluster_upstream_rq_total", cluster)!.Value);
        Assert.Equal(0, page.Find("envoy_cluster_upstream_rq_active", cluster)!.Value);
        Assert.Equal(1, page.Find("envoy_cluster_upstream_cx_active", cluster)!.Value);
        Assert.Equal(1, page.Find("envoy_cluster_membership_total", cluster)!.Value);
        Assert.Equal(1, page.Find("mesh_config_synced")!.Value);
        Assert.Equal(1, page.Find("mesh_ready")!.Value);
        Assert.True(page.Find("mesh_certificate_expiry_timestamp_seconds")!.Value > DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        Assert.Equal("proxy", page.Find("istio_build")!.Labels["component"]);
    }

    private async Task<int> StatusAsync(string path)
    {
        using var response = await http.GetAsync($"http://127.0.0.1:{gateway.HttpPort}{path}", Stop);
        return (int)response.StatusCode;
    }

    /// <summary>A request is counted when it has ended, which may be just after its caller saw the answer.</summary>
    private async Task<Scrape.Sample> SampleAsync(string name)
    {
        await Poll.UntilAsync(() => ScrapeAsync().GetAwaiter().GetResult().All(name).Count > 0, name);
        return Assert.Single((await ScrapeAsync()).All(name));
    }

    private async Task<Scrape> ScrapeAsync()
    {
        using var response = await http.GetAsync($"http://127.0.0.1:{gateway.AdminPort}/stats/prometheus", Stop);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        return Scrape.Parse(await response.Content.ReadAsStringAsync(Stop));
    }
}
