using System.Collections.Immutable;
using Mesh.Config.Model;
using Mesh.Config.Routing;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Routing;

/// <summary>Listeners and virtual hosts of gateway proxies.</summary>
public sealed class GatewayTests
{
    private const string Web = "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: prod}, spec: {ports: [{name: http, port: 80}]}}\n---\n";

    [Fact]
    public void Only_gateways_whose_selector_matches_count()
    {
        const string text = "{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: g, namespace: prod}, spec: {selector: {istio: edge, zone: a}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]}}";

        Assert.Single(Listeners(text, ("istio", "edge"), ("zone", "a"), ("more", "x")));
        Assert.Empty(Listeners(text, ("istio", "edge")));
    }

    [Fact]
    public void A_gateway_without_VirtualService_answers_404_to_everything()
    {
        var listener = Assert.Single(Listeners(Gateway("'*'"), ("istio", "edge")));

        Assert.Null(listener.Routes.Match(Request("web.example.com")));
    }

    [Theory]
    [InlineData("'*'", "web.example.com", "web.example.com", true)]
    [InlineData("'*.example.com'", "web.example.com", "web.example.com", true)]
    [InlineData("'*.example.com'", "'*'", "a.example.com", true)]
    [InlineData("'*.example.com'", "'*'", "a.example.org", false)]
    [InlineData("'*.example.com'", "web.example.org", "web.example.org", false)]
    [InlineData("prod/web.example.com", "web.example.com", "web.example.com", true)]
    [InlineData("other/web.example.com", "web.example.com", "web.example.com", false)]
    [InlineData("./web.example.com", "web.example.com", "web.example.com", false)]
    [InlineData("'*/web.example.com'", "web.example.com", "WEB.example.com:443", true)]
    public void The_narrower_of_server_host_and_VirtualService_host_is_served(string serverHost, string host, string authority, bool expected)
    {
        var listener = Assert.Single(Listeners(Gateway(serverHost) + Route("web", host), ("istio", "edge")));

        Assert.Equal(expected, listener.Routes.Match(Request(authority)) is not null);
    }

    [Fact]
    public void The_most_specific_virtual_host_answers()
    {
        var routes = Assert.Single(Listeners(
            Gateway("'*'") + Route("any", "'*'") + Route("suffix", "'*.example.com'") + Route("longer", "'*.eu.example.com'") + Route("exact", "web.example.com"),
            ("istio", "edge"))).Routes;

        Assert.Equal("VirtualService prod/exact", routes.Match(Request("web.example.com:8443"))!.Value.Route.Origin);
        Assert.Equal("VirtualService prod/longer", routes.Match(Request("a.b.eu.example.com"))!.Value.Route.Origin);
        Assert.Equal("VirtualService prod/suffix", routes.Match(Request("a.example.com"))!.Value.Route.Origin);
        Assert.Equal("VirtualService prod/any", routes.Match(Request("example.com"))!.Value.Route.Origin);
        Assert.Equal("VirtualService prod/any", routes.Match(Request("[2001:db8::1]:443"))!.Value.Route.Origin);
    }

    [Fact]
    public void Several_VirtualServices_of_one_host_are_merged_by_age_with_catch_all_rules_last()
    {
        var routes = Assert.Single(Listeners(
            Gateway("'*'")
            + Route("young", "web.example.com", "match: [{uri: {prefix: /young}}], ", "2026-02-01T00:00:00Z")
            + Route("old", "web.example.com", "", "2026-01-01T00:00:00Z"),
            ("istio", "edge"))).Routes;

        Assert.Equal("VirtualService prod/young", routes.Match(Request("web.example.com", "/young"))!.Value.Route.Origin);
        Assert.Equal("VirtualService prod/old", routes.Match(Request("web.example.com", "/else"))!.Value.Route.Origin);
    }

    [Fact]
    public void A_host_without_a_dot_means_a_Service_and_a_gateway_with_one_is_told_so()
    {
        var snapshot = TestMesh.Load(("c", Web + Gateway("'*'") + Route("local", "localhost") + Route("short", "web")));
        var routes = snapshot.ViewFrom(new ProxyScope { Type = ProxyType.Router, Labels = TestMesh.Labels(("istio", "edge")) }).Listeners[0].Routes;

        Assert.Null(routes.Match(Request("localhost")));
        Assert.NotNull(routes.Match(Request("web.prod.svc.cluster.local")));
        var finding = Assert.Single(snapshot.Diagnostics);
        Assert.Equal(("ShortHost", "VirtualService prod/local"), (finding.Code, finding.Subject));
    }

    [Fact]
    public void An_httpsRedirect_server_sends_everything_to_https()
    {
        var routes = Assert.Single(Listeners(
            "{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: g, namespace: istio-system}, spec: {selector: {istio: edge}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*.example.com'], tls: {httpsRedirect: true}}]}}\n---\n"
            + Route("web", "web.example.com"), ("istio", "edge")));

        Assert.Equal(GatewayTlsMode.None, routes.Servers[0].Tls.Mode);
        Assert.Equal(new RouteAction.Redirect(301, "https", null, null, null), routes.Routes.Match(Request("other.example.com"))!.Value.Route.Action);
        // Also a host that a VirtualService routes.
        Assert.Equal(new RouteAction.Redirect(301, "https", null, null, null), routes.Routes.Match(Request("web.example.com"))!.Value.Route.Action);
    }

    [Fact]
    public void TLS_settings_come_through_and_servers_of_one_port_are_merged()
    {
        var listener = Assert.Single(Listeners(
            """
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata: {name: g, namespace: prod}
            spec:
              selector: {istio: edge}
              servers:
              - {port: {number: 443, name: a, protocol: HTTPS}, hosts: [a.example.com], tls: {mode: MUTUAL, serverCertificate: /c, privateKey: /k, caCertificates: /ca, subjectAltNames: [x]}}
              - {port: {number: 443, name: b, protocol: HTTPS}, hosts: [b.example.com], tls: {mode: SIMPLE, credentialName: b-cert}}
              - {port: {number: 443, name: c, protocol: HTTP}, hosts: [c.example.com]}
            """, ("istio", "edge")));

        Assert.Equal(["a.example.com", "b.example.com"], listener.Servers.SelectMany(server => server.Hosts));
        Assert.Equal((GatewayTlsMode.Mutual, "/c", "/k", "/ca"), (listener.Servers[0].Tls.Mode, listener.Servers[0].Tls.ServerCertificate, listener.Servers[0].Tls.PrivateKey, listener.Servers[0].Tls.CaCertificates));
        Assert.Equal("b-cert", listener.Servers[1].Tls.CredentialName);
    }

    private static string Gateway(string host) =>
        $"{{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {{name: g, namespace: istio-system}}, spec: {{selector: {{istio: edge}}, servers: [{{port: {{number: 80, name: http, protocol: HTTP}}, hosts: [{host}]}}]}}}}\n---\n";

    private static string Route(string name, string host, string match = "", string created = "2026-01-15T00:00:00Z") =>
        $"{{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {{name: {name}, namespace: prod, creationTimestamp: \"{created}\"}}, spec: {{hosts: [{host}], gateways: [istio-system/g], http: [{{ {match}route: [{{destination: {{host: web}}}}]}}]}}}}\n---\n";

    private static ImmutableArray<GatewayListener> Listeners(string text, params (string, string)[] labels) =>
        TestMesh.Load(("c", Web + text))
            .ViewFrom(new ProxyScope { Type = ProxyType.Router, Cluster = "c", Namespace = "istio-system", Labels = TestMesh.Labels(labels) })
            .Listeners;

    private static RouteRequest Request(string authority, string path = "/") =>
        new("GET", "http", authority, path, "", 80, _ => null);
}
