using System.Net;
using Mesh.DataPlane.Tests.Support;
using Mesh.Gateway.Tests.Support;

namespace Mesh.Gateway.Tests.Conformance;

/// <summary>Two services of another network behind the same two gateways of that network.</summary>
public sealed class NetworkGatewayFailoverTests : IAsyncLifetime
{
    private readonly TestPki pki = new();
    private readonly TestGateway gateway;
    private readonly HttpClient http = new();
    private EchoBackend application = null!;
    private MeshProxy first = null!;
    private MeshProxy second = null!;

    public NetworkGatewayFailoverTests() => gateway = new TestGateway(pki);

    public async ValueTask InitializeAsync()
    {
        application = await EchoBackend.StartAsync("app");
        first = await StartGatewayAsync();
        second = await StartGatewayAsync();
        gateway.WriteConfig("gateways.yaml", MeshYamlText.Gateways(gateway));
        gateway.WriteConfig("networks.yaml", $$"""
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: istio, namespace: istio-system}
            data:
              meshNetworks: |
                networks:
                  vpc-b:
                    gateways: [{address: 127.0.0.1, port: {{first.Port}} }, {address: 127.0.0.1, port: {{second.Port}} }]
            """);
        foreach (var name in new[] { "one", "two" }) gateway.WriteConfig($"{name}.yaml", Service(name));
        await gateway.StartAsync();
        await gateway.ReadyAsync();
        await Eventually.TrueAsync(
            async () => await AskAsync("one") == HttpStatusCode.OK && await AskAsync("two") == HttpStatusCode.OK, () => "both services");
    }

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        http.Dispose();
        await first.DisposeAsync();
        await second.DisposeAsync();
        await application.DisposeAsync();
    }

    [Fact(Timeout = 120_000)]
    public async Task A_gateway_that_dies_costs_no_call()
    {
        await first.DisposeAsync();
        for (var i = 0; i < 30; i++) Assert.Equal(HttpStatusCode.OK, await AskAsync("one"));
    }

    [Fact(Timeout = 120_000)]
    public async Task Gateways_that_a_failing_service_has_ejected_serve_the_other_service_on()
    {
        await application.WithAnswersAsync(
            context =>
            {
                if (!context.Request.Host.Host.StartsWith("one", StringComparison.Ordinal)) return Task.FromResult(false);
                context.Response.StatusCode = 500;
                return Task.FromResult(true);
            },
            async () =>
            {
                // Until both are out: then nobody is asked any more.
                await Eventually.TrueAsync(async () => await AskAsync("one") == HttpStatusCode.ServiceUnavailable, () => "the gateways to be ejected for one");
                for (var i = 0; i < 20; i++) Assert.Equal(HttpStatusCode.OK, await AskAsync("two"));
                Assert.Equal(HttpStatusCode.ServiceUnavailable, await AskAsync("one"));
            });
    }

    private Task<MeshProxy> StartGatewayAsync() =>
        MeshProxy.StartSidecarAsync(new FixedIdentity(pki.Workload("payments")), application.Port);

    private async Task<HttpStatusCode> AskAsync(string service)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{gateway.HttpPort}/");
        request.Headers.Host = $"{service}.example";
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private static string Service(string name) => $$"""
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: {{name}}, namespace: prod}
        spec:
          hosts: [{{name}}.mesh]
          location: MESH_INTERNAL
          resolution: STATIC
          ports: [{number: 80, name: http, protocol: HTTP}]
          endpoints:
          - {address: 10.9.0.1, network: vpc-b, serviceAccount: payments, labels: {security.istio.io/tlsMode: istio}, ports: {http: 8080} }
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: {{name}}, namespace: prod}
        spec:
          host: {{name}}.mesh
          trafficPolicy:
            outlierDetection: {consecutive5xxErrors: 1, interval: 1h, baseEjectionTime: 1h, maxEjectionPercent: 100}
        ---
        {{ConformanceMesh.VirtualService($"{name}.example", $"- route: [{{destination: {{host: {name}.mesh}}}}]")}}
        """;
}
