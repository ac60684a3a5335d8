using System.Net;

namespace Mesh.Gateway.Tests.Conformance;

/// <summary>Two applications in the gateway's zone, a third in another region.</summary>
[Collection(SharedMesh.Name)]
public sealed class LocalityFailoverTests(ConformanceMesh mesh)
{
    [Fact(Timeout = 120_000)]
    public async Task Calls_stay_in_the_zone_until_its_endpoints_are_ejected()
    {
        var host = await ApplyAsync("locality-stay", "");
        for (var i = 0; i < 20; i++) Assert.NotEqual("c", (await mesh.AskAsync(host, "/")).Server);
        mesh.A.Status = mesh.B.Status = () => 500;
        try
        {
            for (var i = 0; i < 20; i++) await mesh.AskAsync(host, "/");
            for (var i = 0; i < 10; i++) Assert.Equal("c", (await mesh.AskAsync(host, "/")).Server);
        }
        finally
        {
            mesh.A.Status = mesh.B.Status = () => 200;
        }
    }

    [Theory(Timeout = 120_000)]
    [InlineData("true", "c")]
    [InlineData("false", null)]
    public async Task Retries_leave_the_locality_where_the_route_says_so(string remote, string? server)
    {
        var host = await ApplyAsync(
            "locality-retry-" + remote,
            $"retries: {{attempts: 4, retryOn: 5xx, backoff: 1ms, retryIgnorePreviousHosts: false, retryRemoteLocalities: {remote}}}", ejections: 1000);
        mesh.A.Status = mesh.B.Status = () => 500;
        try
        {
            var answer = await mesh.AskAsync(host, "/");
            if (server is null) Assert.Equal(HttpStatusCode.InternalServerError, answer.Status);
            else Assert.Equal(server, answer.Server);
        }
        finally
        {
            mesh.A.Status = mesh.B.Status = () => 200;
        }
    }

    private async Task<string> ApplyAsync(string name, string rule, int ejections = 1)
    {
        await mesh.ApplyAsync($"{name}.example", $$"""
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: {{name}}, namespace: prod}
            spec:
              hosts: [{{name}}.test]
              location: MESH_EXTERNAL
              resolution: STATIC
              ports: [{number: 80, name: http, protocol: HTTP}]
              endpoints:
              - {address: 127.0.0.1, locality: us-east-1/us-east-1a, ports: {http: {{mesh.A.Port}} } }
              - {address: 127.0.0.1, locality: us-east-1/us-east-1a, ports: {http: {{mesh.B.Port}} } }
              - {address: 127.0.0.1, locality: eu-west-1/eu-west-1a, ports: {http: {{mesh.C.Port}} } }
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: {{name}}, namespace: prod}
            spec:
              host: {{name}}.test
              trafficPolicy:
                outlierDetection: {consecutive5xxErrors: {{ejections}}, interval: 1h, baseEjectionTime: 1h, maxEjectionPercent: 100}
            ---
            {{ConformanceMesh.VirtualService($"{name}.example", $$"""
                - match: [{uri: {exact: /is-it-there} }]
                  directResponse: {status: 200}
                - route: [{destination: {host: {{name}}.test} }]
                  {{rule}}
                """)}}
            """);
        return $"{name}.example";
    }
}
