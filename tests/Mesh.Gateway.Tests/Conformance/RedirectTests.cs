using System.Net;

namespace Mesh.Gateway.Tests.Conformance;

[Collection(SharedMesh.Name)]
public sealed class RedirectTests(ConformanceMesh mesh)
{
    [Theory(Timeout = 120_000)]
    [InlineData("host", "redirect: {authority: new.example}", "http://new.example/a/b?q=1", 301)]
    [InlineData("code", "redirect: {authority: new.example, redirectCode: 308}", "http://new.example/a/b?q=1", 308)]
    [InlineData("uri", "redirect: {uri: /new}", "http://redirect-uri.example:PORT/new?q=1", 301)]
    [InlineData("scheme", "redirect: {scheme: https}", "https://redirect-scheme.example/a/b?q=1", 301)]
    [InlineData("port", "redirect: {port: 8443, scheme: https}", "https://redirect-port.example:8443/a/b?q=1", 301)]
    [InlineData("default", "redirect: {port: 443, scheme: https}", "https://redirect-default.example/a/b?q=1", 301)]
    [InlineData("derived", "redirect: {authority: new.example, derivePort: FROM_REQUEST_PORT}", "http://new.example:PORT/a/b?q=1", 301)]
    [InlineData("prefix", "match: [{uri: {prefix: /a}}], redirect: {prefixRewrite: /z}", "http://redirect-prefix.example:PORT/z/b?q=1", 301)]
    public async Task A_VirtualService_redirects(string name, string rule, string location, int code)
    {
        var host = $"redirect-{name}.example";
        await mesh.ApplyAsync(host, ConformanceMesh.VirtualService(host, "- {" + rule + "}"), probe: "/a/b");
        var answer = await mesh.AskWithPortAsync(host, "/a/b?q=1");
        Assert.Equal((HttpStatusCode)code, answer.Status);
        Assert.Equal(location.Replace("PORT", PortOf(mesh.Address), StringComparison.Ordinal), answer.Headers["location"]);
    }

    [Theory(Timeout = 120_000)]
    [InlineData("host", "hostname: new.example", "http://new.example:PORT/a/b?q=1", 302)]
    [InlineData("code", "hostname: new.example, statusCode: 301", "http://new.example:PORT/a/b?q=1", 301)]
    [InlineData("scheme", "scheme: https", "https://redirect-scheme.api/a/b?q=1", 302)]
    [InlineData("port", "port: 8443, scheme: https", "https://redirect-port.api:8443/a/b?q=1", 302)]
    [InlineData("full", "path: {type: ReplaceFullPath, replaceFullPath: /new}", "http://redirect-full.api:PORT/new?q=1", 302)]
    [InlineData("prefix", "path: {type: ReplacePrefixMatch, replacePrefixMatch: /z}", "http://redirect-prefix.api:PORT/z/b?q=1", 302)]
    [InlineData("root", "path: {type: ReplacePrefixMatch, replacePrefixMatch: /}", "http://redirect-root.api:PORT/b?q=1", 302)]
    public async Task An_HTTPRoute_redirects(string name, string filter, string location, int code)
    {
        var host = await mesh.ApplyAsync(
            RouteApi.HttpRoute, "redirect-" + name, probe: "/a/b", virtualService: "",
            httpRoute: $$"""
                - matches: [{path: {value: /a} }]
                  filters: [{type: RequestRedirect, requestRedirect: { {{filter}} } }]
                """);
        var answer = await mesh.AskWithPortAsync(host, "/a/b?q=1");
        Assert.Equal((HttpStatusCode)code, answer.Status);
        Assert.Equal(location.Replace("PORT", PortOf(mesh.ApiAddress), StringComparison.Ordinal), answer.Headers["location"]);
    }

    [Theory(Timeout = 120_000)]
    [InlineData(RouteApi.VirtualService)]
    [InlineData(RouteApi.HttpRoute)]
    public async Task Response_headers_of_a_route_are_on_its_redirect_too(RouteApi api)
    {
        var host = await mesh.ApplyAsync(
            api, "redirect-headers",
            virtualService: "- {redirect: {authority: new.example}, headers: {response: {set: {x-mark: here}}}}",
            httpRoute: """
                - filters:
                  - {type: RequestRedirect, requestRedirect: {hostname: new.example}}
                  - {type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: x-mark, value: here}]}}
                """);
        Assert.Equal("here", (await mesh.AskAsync(host, "/")).Headers["x-mark"]);
    }

    private static string PortOf(string address) => new Uri(address).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
