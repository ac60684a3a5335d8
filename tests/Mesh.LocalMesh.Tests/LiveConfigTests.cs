using System.Net;

namespace Mesh.LocalMesh.Tests;

/// <summary>Configuration that changes, and configuration that is wrong, while traffic flows.</summary>
[Collection(MeshCollection.Name)]
public sealed class LiveConfigTests(MeshFixture fixture)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_route_takes_effect_without_a_restart_and_a_removed_one_goes()
    {
        var file = Path.Combine(fixture.Layout.Config, "eks-a", "teapot.yaml");
        await File.WriteAllTextAsync(file, """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: teapot, namespace: prod}
            spec:
              hosts: [teapot.example.com]
              gateways: [istio-system/edge]
              http:
              - directResponse: {status: 418, body: {string: short and stout}}
            """, Token);
        try
        {
            await Eventually.Holds(async () => (int)await AskAsync("teapot.example.com") == 418, "the new route");
        }
        finally
        {
            File.Delete(file);
        }

        await Eventually.Holds(async () => await AskAsync("teapot.example.com") == HttpStatusCode.NotFound, "the route gone");
    }

    [Fact]
    public async Task A_broken_file_keeps_the_last_good_routes_and_is_reported_with_its_place()
    {
        var file = Path.Combine(fixture.Layout.Config, "eks-a", "istio-payments.yaml");
        var good = await File.ReadAllTextAsync(file, Token);
        await File.WriteAllTextAsync(file, good[..(good.Length / 2)] + "\n  : : [", Token);
        try
        {
            await Eventually.Holds(async () => (await SnapshotAsync()).Contains("istio-payments.yaml:", StringComparison.Ordinal), "a diagnostic that names the file");
            using var traffic = new SampleTraffic(fixture.Mesh);
            var result = await traffic.EdgeClientPaysAsync(Token);
            Assert.True(result.Succeeded, result.Status);
        }
        finally
        {
            await File.WriteAllTextAsync(file, good, Token);
        }

        await Eventually.Holds(async () => !(await SnapshotAsync()).Contains("istio-payments.yaml:", StringComparison.Ordinal), "the diagnostic gone");
    }

    [Fact]
    public async Task An_unknown_field_is_reported_with_file_line_and_column()
    {
        var file = Path.Combine(fixture.Layout.Config, "eks-b", "typo.yaml");
        await File.WriteAllTextAsync(file, """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: typo, namespace: prod}
            spec:
              host: payments.prod.svc.cluster.local
              trafficPolicies: {}
            """, Token);
        try
        {
            await Eventually.Holds(async () =>
            {
                var snapshot = await SnapshotAsync();
                return snapshot.Contains("typo.yaml:6:3", StringComparison.Ordinal) && snapshot.Contains("trafficPolicies", StringComparison.Ordinal);
            }, "the unknown field with its place");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<HttpStatusCode> AskAsync(string host)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://127.0.0.1:8080/");
        request.Headers.Host = host;
        using var response = await client.SendAsync(request, Token);
        return response.StatusCode;
    }

    private static async Task<string> SnapshotAsync()
    {
        using var client = new HttpClient();
        return await client.GetStringAsync(new Uri("http://127.0.0.1:15000/snapshot"), Token);
    }
}
