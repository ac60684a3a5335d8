using System.Text.Json;
using Mesh.DataPlane.Tests.Support;
using Mesh.Gateway.Tests.Support;
using Mesh.Tests.Shared.Telemetry;

namespace Mesh.Gateway.Tests.Telemetry;

/// <summary>What MeshConfig and Telemetry resources make of a gateway's logs, metrics and traces.</summary>
public sealed class TelemetryResourceTests : IAsyncLifetime
{
    private readonly TestGateway gateway = new(new TestPki()) { LogsByOption = false };
    private readonly HttpClient http = new(new SocketsHttpHandler { ActivityHeadersPropagator = null });
    private readonly string folder = Directory.CreateTempSubdirectory("gateway-telemetry-").FullName;
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
              http:
              - match: [{uri: {prefix: /bad}}]
                directResponse: {status: 418, body: {string: "no"}}
              - route: [{destination: {host: echo.test, port: {number: 80} } }]
            """);
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await gateway.DisposeAsync();
        await collector.DisposeAsync();
        await backend.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact(Timeout = 180_000)]
    public async Task A_provider_says_where_the_access_log_goes_and_a_filter_what_of()
    {
        WriteMesh($"""
            extensionProviders:
            - name: first
              envoyFileAccessLog:
                path: {folder}/first.log
                logFormat: {"{"} labels: {"{"} code: "%RESPONSE_CODE%", path: "%REQ(:PATH)%" {"}"} {"}"}
            - name: second
              envoyFileAccessLog: {"{"} path: {folder}/second.log, logFormat: {"{"} text: "%RESPONSE_CODE% %REQ(:PATH)%" {"}"} {"}"}
            """);
        WriteTelemetry("""accessLogging: [{providers: [{name: first}], filter: {expression: "response.code >= 400 && !request.url_path.startsWith('/bad/quiet')"}}]""");
        await StartAsync();

        await GetAsync("/good");
        await GetAsync("/bad/quiet");
        await GetAsync("/bad?q=1");
        await GetAsync("/good");
        await GetAsync("/bad/last");
        var lines = await Poll.ForAsync(() => Lines("first.log") is { Length: >= 2 } all ? all : null, "two lines");
        Assert.Equal(["/bad?q=1", "/bad/last"], lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("path").GetString()));
        Assert.Equal(418, JsonDocument.Parse(lines[0]).RootElement.GetProperty("code").GetInt32());

        WriteTelemetry("accessLogging: [{providers: [{name: second}]}]");
        await Eventually.TrueAsync(async () =>
        {
            await GetAsync("/good");
            return Lines("second.log").Contains("200 /good");
        }, () => "a line in the second file");
    }

    [Fact(Timeout = 180_000)]
    public async Task Overrides_change_labels_and_hide_metrics()
    {
        WriteTelemetry("""
            metrics:
            - providers: [{name: prometheus}]
              overrides:
              - match: {metric: REQUEST_SIZE, mode: CLIENT}
                disabled: true
              - match: {metric: RESPONSE_SIZE, mode: SERVER}
                disabled: true
              - match: {metric: REQUEST_COUNT}
                tagOverrides:
                  response_flags: {operation: REMOVE}
                  team: {value: "'payments'"}
                  destination_service_name: {value: destination_service}
            """);
        await StartAsync();
        await GetAsync("/good");

        var page = await ScrapeAsync();
        await Eventually.TrueAsync(async () => (page = await ScrapeAsync()).Find("istio_requests_total") is not null, () => "a counted request");
        var labels = page.Find("istio_requests_total")!.Labels;
        Assert.False(labels.ContainsKey("response_flags"));
        Assert.Equal(("payments", "echo.test"), (labels["team"], labels["destination_service_name"]));
        Assert.Null(page.Find("istio_request_bytes_count"));
        Assert.NotNull(page.Find("istio_response_bytes_count"));
        Assert.True(page.Find("istio_request_duration_milliseconds_count")!.Labels.ContainsKey("response_flags"));
    }

    [Fact(Timeout = 180_000)]
    public async Task A_provider_says_where_spans_go_and_a_Telemetry_which_and_with_what()
    {
        WriteMesh($"""
            extensionProviders:
            - name: otel
              opentelemetry:
                service: 127.0.0.1
                port: {collector.GrpcPort}
                grpc: {"{"} initialMetadata: [{"{"} name: x-tenant, value: blue {"}"}] {"}"}
            defaultConfig: {"{"} tracing: {"{"} sampling: 0 {"}"} {"}"}
            """);
        WriteTelemetry("""
            tracing:
            - providers: [{name: otel}]
              randomSamplingPercentage: 100
              customTags:
                team: {literal: {value: payments}}
                tenant: {header: {name: x-tenant, defaultValue: nobody}}
                place: {environment: {name: MESH_TEST_NO_SUCH_VARIABLE, defaultValue: here}}
                code: {formatter: {value: "%RESPONSE_CODE%/%PROTOCOL%"}}
            """);
        await StartAsync();
        await GetAsync("/good");

        var traceId = backend.Requests[0]["traceparent"].Split('-')[1];
        var spans = await collector.SpansAsync(traceId, found => found.Length >= 2, Stop);
        var request = Assert.Single(spans, span => span.Parent.Length == 0);
        Assert.Equal("gateway-test.istio-system", request.Service);
        Assert.Equal(("payments", "nobody", "here", "200/HTTP/1.1"),
            (request.Tags["team"], request.Tags["tenant"], request.Tags["place"], request.Tags["code"]));
        Assert.Contains(collector.Metadata, headers => headers.TryGetValue("x-tenant", out var tenant) && tenant == "blue");

        WriteTelemetry("tracing: [{disableSpanReporting: true}]");
        await Eventually.TrueAsync(async () =>
        {
            var before = backend.Requests.Count;
            await GetAsync("/good");
            return !backend.Requests[before].ContainsKey("traceparent");
        }, () => "requests whose headers are left alone");
    }

    [Fact(Timeout = 180_000)]
    public async Task What_cannot_be_carried_out_is_told_with_its_place()
    {
        WriteMesh("""
            extensionProviders:
            - {name: old, zipkin: {service: zipkin.test.svc, port: 9411}}
            - {name: als, envoyOtelAls: {service: otel.test.svc, port: 4317}}
            """);
        WriteTelemetry("""
            tracing: [{providers: [{name: old}]}]
            accessLogging: [{providers: [{name: als}, {name: missing}], filter: {expression: "request.headers['a'] == 'b'"}}]
            """);
        await StartAsync();

        string[] told = [];
        await Eventually.TrueAsync(async () =>
        {
            using var document = JsonDocument.Parse(await http.GetStringAsync(new Uri($"http://127.0.0.1:{gateway.AdminPort}/snapshot"), Stop));
            told = [.. document.RootElement.GetProperty("diagnostics").EnumerateArray().Select(text => text.GetString()!)
                .Where(text => text.Contains("[Telemetry istio-system/default]", StringComparison.Ordinal))];
            return told.Length >= 4;
        }, () => $"four findings, not {string.Join("\n", told)}");
        Assert.Contains(told, text => text.Contains("tracing[0].providers: provider \"old\" is no opentelemetry", StringComparison.Ordinal));
        Assert.Contains(told, text => text.Contains("accessLogging.providers: provider \"als\" is no envoyFileAccessLog", StringComparison.Ordinal));
        Assert.Contains(told, text => text.Contains("extensionProviders has no \"missing\"", StringComparison.Ordinal));
        Assert.Contains(told, text => text.Contains("accessLogging.filter.expression: attribute request.headers is not known here", StringComparison.Ordinal));
        Assert.All(told, text => Assert.Contains("telemetry.yaml:", text, StringComparison.Ordinal));
    }

    private async Task StartAsync()
    {
        await gateway.StartAsync();
        await gateway.ReadyAsync();
    }

    private void WriteMesh(string config) => gateway.WriteConfig("mesh.yaml", $"""
        apiVersion: v1
        kind: ConfigMap
        metadata: {"{"}name: istio, namespace: istio-system{"}"}
        data:
          mesh: |
            {config.ReplaceLineEndings("\n    ")}
        """);

    private void WriteTelemetry(string spec) => gateway.WriteConfig("telemetry.yaml", $"""
        apiVersion: telemetry.istio.io/v1
        kind: Telemetry
        metadata: {"{"}name: default, namespace: istio-system{"}"}
        spec:
          {spec.ReplaceLineEndings("\n  ")}
        """);

    private async Task GetAsync(string path)
    {
        using var response = await http.GetAsync(new Uri($"http://127.0.0.1:{gateway.HttpPort}{path}"), Stop);
        await response.Content.ReadAsByteArrayAsync(Stop);
    }

    private string[] Lines(string name)
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path)) return [];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        // The last line may be half written.
        return reader.ReadToEnd().Split('\n')[..^1];
    }

    private async Task<Scrape> ScrapeAsync() =>
        Scrape.Parse(await http.GetStringAsync(new Uri($"http://127.0.0.1:{gateway.AdminPort}/stats/prometheus"), Stop));
}
