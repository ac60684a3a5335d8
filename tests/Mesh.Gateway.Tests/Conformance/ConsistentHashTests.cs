namespace Mesh.Gateway.Tests.Conformance;

public sealed class ConsistentHashTests(ConformanceMesh mesh) : IClassFixture<ConformanceMesh>
{
    [Theory(Timeout = 120_000)]
    [InlineData("ring", "httpHeaderName: x-user")]
    [InlineData("maglev", "{httpHeaderName: x-user, maglev: {tableSize: 65537}}")]
    public async Task A_header_keeps_its_application_and_others_have_theirs(string name, string hash)
    {
        var host = await ApplyAsync(name, hash);
        var servers = new HashSet<string?>();
        for (var user = 0; user < 20; user++)
        {
            var first = (await mesh.AskAsync(host, "/", headers: ("x-user", $"user-{user}"))).Server;
            for (var again = 0; again < 3; again++)
                Assert.Equal(first, (await mesh.AskAsync(host, "/", headers: ("x-user", $"user-{user}"))).Server);
            servers.Add(first);
        }

        Assert.Equal(["a", "b", "c"], servers.Order());
    }

    [Fact(Timeout = 120_000)]
    public async Task A_query_parameter_keeps_its_application_too()
    {
        var host = await ApplyAsync("query", "httpQueryParameterName: user");
        var first = (await mesh.AskAsync(host, "/?user=7&page=1")).Server;
        for (var page = 2; page < 8; page++) Assert.Equal(first, (await mesh.AskAsync(host, $"/?page={page}&user=7")).Server);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_caller_without_the_cookie_gets_one_and_stays_where_it_leads()
    {
        var host = await ApplyAsync("cookie", "httpCookie: {name: stick, path: /, ttl: 1h}");
        var first = await mesh.AskAsync(host, "/");
        var cookie = first.Headers["set-cookie"];
        Assert.StartsWith("stick=", cookie, StringComparison.Ordinal);
        Assert.Contains("max-age=3600", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("path=/", cookie, StringComparison.OrdinalIgnoreCase);
        for (var i = 0; i < 6; i++)
        {
            var next = await mesh.AskAsync(host, "/", headers: ("Cookie", cookie.Split(';')[0]));
            Assert.Equal(first.Server, next.Server);
            Assert.False(next.Headers.ContainsKey("set-cookie"));
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task One_source_address_has_one_application()
    {
        var host = await ApplyAsync("source", "useSourceIp: true");
        var first = (await mesh.AskAsync(host, "/")).Server;
        for (var i = 0; i < 8; i++) Assert.Equal(first, (await mesh.AskAsync(host, "/")).Server);
    }

    /// <summary>A subset of its own for each case, as a DestinationRule belongs to the host.</summary>
    private async Task<string> ApplyAsync(string name, string hash)
    {
        var host = $"hash-{name}.example";
        await mesh.ApplyAsync(host, $$"""
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata:
              name: hash-{{name}}
              namespace: istio-system
            spec:
              host: hash-{{name}}.test
              trafficPolicy:
                loadBalancer:
                  consistentHash: {{(hash.StartsWith('{') ? hash : "{" + hash + "}")}}
            ---
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata:
              name: hash-{{name}}
              namespace: prod
            spec:
              hosts: [hash-{{name}}.test]
              location: MESH_EXTERNAL
              resolution: STATIC
              ports: [{number: 80, name: http, protocol: HTTP}]
              endpoints:
              - {address: 127.0.0.1, ports: {http: {{mesh.A.Port}} } }
              - {address: 127.0.0.1, ports: {http: {{mesh.B.Port}} } }
              - {address: 127.0.0.1, ports: {http: {{mesh.C.Port}} } }
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata:
              name: hash-{{name}}
              namespace: prod
            spec:
              hosts: [{{host}}]
              gateways: [istio-system/edge]
              http:
              - route:
                - destination: {host: hash-{{name}}.test}
            """);
        return host;
    }
}
