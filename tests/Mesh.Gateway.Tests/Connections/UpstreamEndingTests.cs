using System.Net;

namespace Mesh.Gateway.Tests.Connections;

/// <summary>Servers that end their connections in order, by GOAWAY or Connection: close, as they do when they are old or restart.</summary>
public sealed class UpstreamEndingTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory(Timeout = 300_000)]
    [InlineData("HTTP2", "retries: {attempts: 2, retryOn: 'connect-failure,refused-stream,reset-before-request'}")]
    [InlineData("HTTP2", "retries: {attempts: 0}")]
    [InlineData("HTTP", "retries: {attempts: 0}")]
    public async Task Connections_that_the_server_ends_all_the_time_cost_no_request(string protocol, string retries)
    {
        // The server is a gateway too, whose connections are soon too old.
        await using var server = await EdgeMesh.StartAsync("--max-connection-age", "200ms");
        await using var mesh = await EdgeMesh.StartWithAsync(EdgeMesh.Service("far", protocol, server.Gateway.HttpPort) + $$"""

            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: far, namespace: prod}
            spec:
              hosts: [far.test]
              gateways: [istio-system/edge]
              http:
              - route: [{destination: {host: far.test} }]
                {{retries}}
            """);
        using var client = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        var done = false;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => LoadAsync()));
        Assert.True(Connections() >= 5);

        async Task LoadAsync()
        {
            while (!Volatile.Read(ref done))
            {
                for (var i = 0; i < 20; i++)
                {
                    using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{mesh.Gateway.HttpPort}/")
                    {
                        Version = HttpVersion.Version20,
                        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                        Headers = { Host = "far.test" },
                        Content = new StringContent("body"),
                    };
                    using var response = await client.SendAsync(request, Stop);
                    var text = await response.Content.ReadAsStringAsync(Stop);
                    Assert.True(response.StatusCode == HttpStatusCode.OK, text);
                    Assert.EndsWith("body", text, StringComparison.Ordinal);
                }

                if (Connections() >= 5) Volatile.Write(ref done, true);
            }
        }

        int Connections() => mesh.Gateway.AccessLog.Select(line => line.UpstreamLocalAddress).Distinct().Count();
    }
}
