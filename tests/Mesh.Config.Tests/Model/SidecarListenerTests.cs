using Mesh.Config.Model;
using Mesh.Config.Routing;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Model;

/// <summary>Egress listeners of Sidecars that have a port.</summary>
public sealed class SidecarListenerTests
{
    private const string Web = "web.prod.svc.cluster.local";
    private const string Admin = "admin.prod.svc.cluster.local";

    [Fact]
    public void A_listener_with_a_port_imports_only_that_port_of_a_service()
    {
        Assert.Equal(["web:80"], Seen("{port: {number: 80, protocol: HTTP, name: http}, hosts: [\"*/*\"]}"));
        Assert.Equal(["admin:9000", "web:9000"], Seen("{port: {number: 9000, protocol: HTTP, name: http}, hosts: [\"*/*\"]}"));
    }

    [Fact]
    public void Ports_of_one_service_in_several_listeners_come_together()
    {
        Assert.Equal(
            ["web:80", "web:9000"],
            Seen($"{{port: {{number: 80, protocol: HTTP, name: a}}, hosts: [\"*/*\"]}}, {{port: {{number: 9000, protocol: HTTP, name: b}}, hosts: [\"*/{Web}\"]}}"));
    }

    [Fact]
    public void The_listener_without_port_imports_every_port()
    {
        Assert.Equal(
            ["admin:9000", "web:80", "web:9000"],
            Seen($"{{port: {{number: 7000, protocol: HTTP, name: a}}, hosts: [\"*/{Admin}\"]}}, {{hosts: [\"*/*\"]}}"));
    }

    [Fact]
    public void A_proxy_port_or_a_socket_imports_every_port()
    {
        Assert.Equal(["web:80", "web:9000"], Seen($"{{port: {{number: 15080, protocol: HTTP_PROXY, name: p}}, hosts: [\"*/{Web}\"]}}"));
        Assert.Equal(["web:80", "web:9000"], Seen($"{{port: {{number: 0, protocol: HTTP, name: p}}, bind: \"unix:///run/web\", hosts: [\"*/{Web}\"]}}"));
    }

    [Fact]
    public void Calls_to_a_port_are_made_by_what_its_listener_imports_and_by_nothing_else()
    {
        var view = View($"{{port: {{number: 9000, protocol: HTTP, name: a}}, hosts: [\"*/{Admin}\"]}}, {{hosts: [\"*/*\"]}}");

        Assert.NotNull(view.OutboundRoutes(Admin, 9000));
        Assert.NotNull(view.OutboundRoutes(Web, 80));
        Assert.Null(view.OutboundRoutes(Web, 9000));
        // A route may still lead there: the listener without port has it.
        Assert.NotNull(view.FindUpstream(new UpstreamKey(Web, 9000)));
        Assert.NotEmpty(view.OutboundConnectionRoutes(Admin, 9000));
        Assert.Empty(view.OutboundConnectionRoutes(Web, 9000));
    }

    [Fact]
    public void Without_a_listener_for_it_a_port_cannot_be_called()
    {
        var view = View("{port: {number: 80, protocol: HTTP, name: a}, hosts: [\"*/*\"]}");

        Assert.NotNull(view.OutboundRoutes(Web, 80));
        Assert.Null(view.OutboundRoutes(Web, 9000));
    }

    [Fact]
    public void Calls_to_a_port_follow_the_VirtualServices_that_its_listener_imports()
    {
        const string source = "---\n{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: v, namespace: shop}, spec: {hosts: [web.prod.svc.cluster.local], http: [{route: [{destination: {host: web.prod.svc.cluster.local}}]}]}}\n";
        var view = View($"{{port: {{number: 9000, protocol: HTTP, name: a}}, hosts: [\"prod/{Web}\"]}}, {{hosts: [\"*/*\"]}}", source);

        Assert.Equal("default", Origin(view, 9000));
        Assert.Equal("VirtualService shop/v", Origin(view, 80));
    }

    [Theory]
    [InlineData("{hosts: [\"shop/*\"]}", "port: {number: 9000}", "web:9000")]
    [InlineData("{hosts: [\"shop/*\"]}", "subset: v1", "web:80 web:9000")]
    [InlineData("{port: {number: 80, protocol: HTTP, name: a}, hosts: [\"shop/*\"]}", "subset: v1", "web:80")]
    [InlineData("{port: {number: 80, protocol: HTTP, name: a}, hosts: [\"shop/*\"]}", "port: {number: 9000}", "web:80")]
    public void Destinations_of_imported_VirtualServices_are_imported_with_the_port_that_is_meant(
        string listener, string destination, string expected)
    {
        var source = "---\n{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: v, namespace: shop}, spec: {hosts: [www.example.com], http: [{route: [{destination: {host: web.prod.svc.cluster.local, "
                     + destination + "}}]}]}}\n";

        Assert.Equal(expected, string.Join(' ', Seen(listener, source)));
        // They are destinations of routes only: nobody calls them by their own name.
        Assert.Null(View(listener, source).OutboundRoutes(Web, 9000));
    }

    [Fact]
    public void A_route_for_clients_of_another_namespace_imports_nothing()
    {
        const string source = "---\n{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: v, namespace: shop}, spec: {hosts: [www.example.com], http: [{match: [{sourceNamespace: else}], route: [{destination: {host: web.prod.svc.cluster.local}}]}]}}\n";

        Assert.Empty(Seen("{hosts: [\"shop/*\"]}", source));
        Assert.NotEmpty(Seen("{hosts: [\"shop/*\"]}", source.Replace("else", "shop", StringComparison.Ordinal)));
    }

    private static string Origin(MeshView view, int port) => view.OutboundRoutes(Web, port)!
        .Match(new RouteRequest("GET", "http", "web", "/", "", port, _ => null))!.Value.Route.Origin;

    private static string[] Seen(string egress, string more = "") =>
        [.. View(egress, more).Upstreams.Select(upstream => $"{upstream.Key.Host.Split('.')[0]}:{upstream.Key.Port}")];

    private static MeshView View(string egress, string more = "") => TestMesh.Load(("c", $$$"""
        {apiVersion: v1, kind: Service, metadata: {name: web, namespace: prod}, spec: {ports: [{name: http, port: 80}, {name: http-b, port: 9000}]}}
        ---
        {apiVersion: v1, kind: Service, metadata: {name: admin, namespace: prod}, spec: {ports: [{name: http, port: 9000}]}}
        ---
        {apiVersion: networking.istio.io/v1, kind: Sidecar, metadata: {name: s, namespace: shop}, spec: {egress: [{{{egress}}}]}}
        {{{more}}}
        """)).ViewFrom(new ProxyScope { Namespace = "shop" });
}
