using Mesh.Gateway.Tests.Support;

namespace Mesh.Gateway.Tests.Conformance;

/// <summary>Filters of HTTPRoutes for which VirtualServices have fields with cases of their own.</summary>
[Collection(SharedMesh.Name)]
public sealed class RouteFilterTests(ConformanceMesh mesh)
{
    private const string Mirror = "{group: networking.istio.io, kind: Hostname, name: b.test, port: 80}";

    [Fact(Timeout = 120_000)]
    public async Task A_page_of_an_allowed_origin_may_call_and_one_of_another_may_not()
    {
        var host = await ApplyAsync(
            "filter-cors", "type: CORS, cors: {allowOrigins: ['https://app.example'], allowMethods: [GET, PUT], allowHeaders: [x-user], maxAge: 60}");
        var call = await mesh.AskAsync(host, "/", headers: ("Origin", "https://app.example"));
        Assert.Equal(("a", "https://app.example"), (call.Server, call.Headers["access-control-allow-origin"]));
        var preflight = await mesh.AskAsync(
            host, "/", HttpMethod.Options, headers: [("Origin", "https://app.example"), ("Access-Control-Request-Method", "PUT")]);
        Assert.Null(preflight.Server);
        Assert.Contains("PUT", preflight.Headers["access-control-allow-methods"], StringComparison.Ordinal);
        Assert.Equal("60", preflight.Headers["access-control-max-age"]);
        Assert.False((await mesh.AskAsync(host, "/", headers: ("Origin", "https://other.example"))).Headers.ContainsKey("access-control-allow-origin"));
    }

    [Theory(Timeout = 120_000)]
    [InlineData("all", "", true)]
    [InlineData("percent", ", percent: 0", false)]
    [InlineData("fraction", ", fraction: {numerator: 2, denominator: 2}", true)]
    [InlineData("fraction-none", ", fraction: {numerator: 0}", false)]
    public async Task A_copy_goes_to_the_mirror_for_its_share(string name, string share, bool copied)
    {
        var host = await ApplyAsync("filter-mirror-" + name, $"type: RequestMirror, requestMirror: {{backendRef: {Mirror}{share}}}");
        for (var i = 0; i < 10; i++)
            Assert.Equal("a", (await mesh.AskAsync(host, "/", HttpMethod.Post, "body", ("x-case", host))).Server);
        if (copied)
        {
            await Eventually.TrueAsync(
                () => Task.FromResult(mesh.B.Requests.Count(request => request.GetValueOrDefault("x-case") == host) == 10), () => "ten copies");
            return;
        }

        // A copy that is sent is sent before the one of the next host arrives.
        var other = await ApplyAsync("filter-mirror-after-" + name, $"type: RequestMirror, requestMirror: {{backendRef: {Mirror}}}");
        await mesh.AskAsync(other, "/", headers: ("x-case", other));
        await Eventually.TrueAsync(
            () => Task.FromResult(mesh.B.Requests.Any(request => request.GetValueOrDefault("x-case") == other)), () => "the other copy");
        Assert.DoesNotContain(mesh.B.Requests, request => request.GetValueOrDefault("x-case") == host);
    }

    private Task<string> ApplyAsync(string name, string filter) => mesh.ApplyAsync(
        RouteApi.HttpRoute, name, virtualService: "",
        httpRoute: $$"""
            - filters: [{ {{filter}} }]
              backendRefs: [{backend: a}]
            """);
}
