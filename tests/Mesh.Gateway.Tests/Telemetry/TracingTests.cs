using Mesh.DataPlane.Tests.Support;
using Mesh.Gateway.Tests.Support;
using Mesh.Tests.Shared.Telemetry;

namespace Mesh.Gateway.Tests.Telemetry;

/// <summary>Traces through a gateway, as a collector and the server behind see them.</summary>
public sealed class TracingTests : IAsyncLifetime
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    private const string CallersSpan = "b7ad6b7169203331";

    private readonly TestGateway gateway = new(new TestPki());
    private readonly HttpClient http = new(new SocketsHttpHandler { ActivityHeadersPropagator = null });
    private EchoBackend backend = null!;
    private TraceCollector collector = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        backend = await EchoBackend.StartAsync();
        collector = await TraceCollector.StartAsync(Stop);
        gateway.WriteConfig("gateways.yaml", MeshYamlText.Gateways(gateway));
        gateway.WriteConfig("routes.yaml", $$$"""
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: echo, namespace: prod}
            spec:
              hosts: [echo.test]
              location: MESH_EXTERNAL
              resolution: STATIC
              ports: [{number: 80, name: http, protocol: HTTP}]
              endpoints: [{address: 127.0.0.1, ports: {http: {{{backend.Port}}}}}]
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: echo, namespace: prod}
            spec:
              hosts: ["*"]
              gateways: [istio-system/edge]
              http: [{name: all, route: [{destination: {host: echo.test, port: {number: 80} } }] }]
            """);
        await gateway.StartAsync("--otlp-endpoint", collector.Address, "--trace-sampling", "100");
        await gateway.ReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await gateway.DisposeAsync();
        await collector.DisposeAsync();
        await backend.DisposeAsync();
    }

    [Fact(Timeout = 120_000)]
    public async Task A_sampled_trace_goes_on_with_a_span_for_the_request_and_one_for_the_try()
    {
        var seen = await AskAsync(("traceparent", $"00-{TraceId}-{CallersSpan}-01"), ("user-agent", "test/1"));

        var spans = await collector.SpansAsync(TraceId, found => found.Length >= 2, Stop);
        var request = Assert.Single(spans, span => span.Parent == CallersSpan);
        var attempt = Assert.Single(spans, span => span.Parent == request.Id);
        Assert.Equal($"00-{TraceId}-{attempt.Id}-01", seen["traceparent"]);
        Assert.Equal("echo.test:80/*", request.Name);
        Assert.Equal("router outbound|80||echo.test egress", attempt.Name);
        Assert.Equal(("proxy", "GET", "200"), (request.Tags["component"], request.Tags["http.method"], request.Tags["http.status_code"]));
        Assert.Equal($"http://127.0.0.1:{gateway.HttpPort}/traced?q=1", request.Tags["http.url"]);
        Assert.Equal(("outbound|80||echo.test", "-", "HTTP/1.1"), (request.Tags["upstream_cluster"], request.Tags["response_flags"], request.Tags["http.protocol"]));
        Assert.Equal("router~127.0.0.1~gateway-test.istio-system~istio-system.svc.cluster.local", request.Tags["node_id"]);
        Assert.Equal(("gateway-test", "istio-system", "eks-a"), (request.Tags["istio.canonical_service"], request.Tags["istio.namespace"], request.Tags["istio.cluster_id"]));
        Assert.Equal(("test/1", seen["x-request-id"]), (request.Tags["user_agent"], request.Tags["guid:x-request-id"]));
        Assert.Equal($"127.0.0.1:{backend.Port}", attempt.Tags["peer.address"]);
        var line = await Poll.ForAsync(() => gateway.AccessLog is [var first, ..] ? first : null, "the access log line");
        Assert.Equal(TraceId, line.TraceId);
    }

    [Fact(Timeout = 120_000)]
    public async Task B3_headers_go_out_in_the_form_in_which_they_came()
    {
        var many = await AskAsync(("x-b3-traceid", TraceId), ("x-b3-spanid", CallersSpan), ("x-b3-sampled", "1"));
        Assert.Equal((TraceId, "1"), (many["x-b3-traceid"], many["x-b3-sampled"]));
        Assert.NotEqual(CallersSpan, many["x-b3-spanid"]);
        Assert.Equal($"00-{TraceId}-{many["x-b3-spanid"]}-01", many["traceparent"]);
        Assert.False(many.ContainsKey("b3"));

        var one = await AskAsync(("b3", $"{TraceId}-{CallersSpan}-1"));
        Assert.Equal($"00-{TraceId}-{one["b3"].Split('-')[1]}-01", one["traceparent"]);
        Assert.NotEqual(CallersSpan, one["b3"].Split('-')[1]);
        Assert.False(one.ContainsKey("x-b3-traceid"));
    }

    [Fact(Timeout = 120_000)]
    public async Task What_the_caller_does_not_sample_is_not_sampled_here()
    {
        var other = TraceId.Replace("0af", "1bf", StringComparison.Ordinal);
        var parent = $"00-{other}-{CallersSpan}-00";
        var seen = await AskAsync(("traceparent", parent));
        Assert.Equal(parent, seen["traceparent"]);
        var denied = await AskAsync(("x-b3-sampled", "0"));
        Assert.EndsWith("-00", denied["traceparent"], StringComparison.Ordinal);

        // Later spans have arrived, so these would have too.
        var sampled = await AskAsync();
        await collector.SpansAsync(sampled["traceparent"].Split('-')[1], found => found.Length >= 2, Stop);
        Assert.False(collector.HasAny(other));
        Assert.False(collector.HasAny(denied["traceparent"].Split('-')[1]));
    }

    private async Task<Dictionary<string, string>> AskAsync(params (string Name, string Value)[] headers)
    {
        var before = backend.Requests.Count;
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{gateway.HttpPort}/traced?q=1");
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await http.SendAsync(request, Stop);
        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}");
        return backend.Requests[before];
    }
}
