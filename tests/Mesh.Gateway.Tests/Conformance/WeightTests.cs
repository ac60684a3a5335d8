namespace Mesh.Gateway.Tests.Conformance;

[Collection(SharedMesh.Name)]
public sealed class WeightTests(ConformanceMesh mesh)
{
    private const int Calls = 200;

    [Theory(Timeout = 120_000)]
    [InlineData(RouteApi.VirtualService)]
    [InlineData(RouteApi.HttpRoute)]
    public async Task Destinations_share_by_their_weights_and_one_without_weight_gets_nothing(RouteApi api)
    {
        var host = await mesh.ApplyAsync(
            api, "weights",
            virtualService: """
                - route:
                  - {destination: {host: a.test}, weight: 3}
                  - {destination: {host: b.test}, weight: 1}
                  - {destination: {host: c.test}, weight: 0}
                """,
            httpRoute: """
                - backendRefs:
                  - {backend: a, weight: 3}
                  - {backend: b, weight: 1}
                  - {backend: c, weight: 0}
                """);
        var servers = new List<string?>();
        for (var i = 0; i < Calls; i++) servers.Add((await mesh.AskAsync(host, "/")).Server);
        Assert.DoesNotContain("c", servers);
        // Three of four, give or take six standard deviations.
        Assert.InRange(servers.Count(server => server == "a"), 113, 187);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_subset_is_the_endpoints_that_have_its_labels()
    {
        await mesh.ApplyAsync("subset.example", $$"""
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: subset, namespace: prod}
            spec:
              hosts: [subset.test]
              resolution: STATIC
              ports: [{number: 80, name: http, protocol: HTTP}]
              endpoints:
              - {address: 127.0.0.1, ports: {http: {{mesh.A.Port}} }, labels: {version: v1} }
              - {address: 127.0.0.1, ports: {http: {{mesh.B.Port}} }, labels: {version: v2} }
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: subset, namespace: prod}
            spec:
              host: subset.test
              subsets: [{name: two, labels: {version: v2} }]
            ---
            {{ConformanceMesh.VirtualService("subset.example", "- route: [{destination: {host: subset.test, subset: two, port: {number: 80}}}]")}}
            """);
        for (var i = 0; i < 10; i++) Assert.Equal("b", (await mesh.AskAsync("subset.example", "/")).Server);
    }
}
