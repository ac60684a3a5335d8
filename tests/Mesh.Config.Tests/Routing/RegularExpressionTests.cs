using Mesh.Config.Model;
using Mesh.Config.Routing;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Routing;

/// <summary>Regular expressions mean what they mean to Envoy, whose engine is RE2.</summary>
public sealed class RegularExpressionTests
{
    [Theory]
    [InlineData("/(?P<id>[0-9]+)", "/12", true)]
    [InlineData("/(?<id>[0-9]+)", "/12", true)]
    [InlineData("/a", "/ab", false)]
    [InlineData("/a|/b", "/b", true)]
    [InlineData(@"/\d+", "/12", true)]
    [InlineData(@"/\d+", "/١٢", false)]
    [InlineData(@"/\D", "/١", true)]
    [InlineData(@"/\w+", "/é", false)]
    [InlineData(@"/[\w-]+", "/a-b_1", true)]
    [InlineData(@"/[^\d]", "/a", true)]
    [InlineData(@"/\pL", "/é", true)]
    [InlineData(@"/\p{L}", "/é", true)]
    [InlineData("/[[:alpha:]]+", "/ab", true)]
    [InlineData("/[[:alpha:]]+", "/a:", false)]
    [InlineData("/[[:digit:]_]+", "/1_2", true)]
    [InlineData("/[^[:space:]]", "/a", true)]
    [InlineData("/[]a]", "/]", true)]
    [InlineData("/[^]a]", "/]", false)]
    [InlineData("/[a[b]", "/[", true)]
    [InlineData(@"/\Qa.b\E.", "/a.bc", true)]
    [InlineData(@"/\Qa.b\E", "/axb", false)]
    [InlineData("(?i)/ABC", "/abc", true)]
    [InlineData(@"/\[x\]", "/[x]", true)]
    public void An_expression_matches_whole_paths_by_the_rules_of_RE2(string regex, string path, bool expected)
    {
        Assert.Equal(expected, Matches(regex, path));
    }

    [Fact]
    public void A_rewrite_may_use_named_groups()
    {
        Assert.Equal("/new/7", new PathRewrite(@"^/old/(?P<id>\d+)$", @"/new/\1").Apply("/old/7"));
    }

    [Theory]
    [InlineData(@"/(a)\1")]
    [InlineData("/(?=a)")]
    [InlineData("/(")]
    [InlineData(@"/\p{Greek}")]
    public void What_RE2_or_the_engine_does_not_know_is_refused(string regex)
    {
        Assert.ThrowsAny<Exception>(() => TestMesh.Read(Source(regex)));
    }

    private static bool Matches(string regex, string path) => TestMesh
        .Load(("c", "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: prod}, spec: {ports: [{name: http, port: 80}]}}\n---\n" + Source(regex)))
        .ViewFrom(new ProxyScope { Namespace = "prod" })
        .OutboundRoutes("web", 80)!.Match(new RouteRequest("GET", "http", "web", path, "", 80, _ => null)) is not null;

    private static string Source(string regex) =>
        $"{{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {{name: v, namespace: prod}}, spec: {{hosts: [web], http: [{{match: [{{uri: {{regex: '{regex}'}}}}], route: [{{destination: {{host: web}}}}]}}]}}}}\n";
}
