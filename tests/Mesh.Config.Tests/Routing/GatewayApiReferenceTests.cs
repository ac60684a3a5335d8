using Mesh.Config.Diagnostics;
using Mesh.Config.Model;
using Mesh.Config.Routing;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Routing;

/// <summary>What Gateway API objects refer to: backends that are not there, certificates of others, features that nobody executes.</summary>
public sealed class GatewayApiReferenceTests
{
    [Fact]
    public void A_backend_that_does_not_exist_keeps_its_share_which_is_answered_500()
    {
        var forward = Assert.IsType<RouteAction.Forward>(Action(Route("HTTPRoute", "{backendRefs: [{name: web, port: 80, weight: 3}, {name: nobody, port: 80}]}")));

        Assert.Equal(
            ["outbound|80||web.edge.svc.cluster.local 3 500", "outbound|1||unresolved-backend.invalid 1 500"],
            forward.Destinations.Select(destination => $"{destination.Upstream} {destination.Weight} {destination.UnknownStatus}"));
        Assert.Null(View(Route("HTTPRoute", "{}")).FindUpstream(UpstreamKey.Unresolved));
    }

    [Fact]
    public void A_GRPCRoute_without_any_backend_that_exists_still_forwards_so_that_clients_are_told_UNAVAILABLE()
    {
        var forward = Assert.IsType<RouteAction.Forward>(Action(Route("GRPCRoute", "{backendRefs: [{name: nobody, port: 80}]}")));

        Assert.Equal(UpstreamKey.Unresolved, Assert.Single(forward.Destinations).Upstream);
    }

    [Fact]
    public void A_VirtualService_that_leads_nowhere_is_answered_503()
    {
        Assert.Equal(503, new WeightedDestination(UpstreamKey.Unresolved, 1).UnknownStatus);
    }

    [Theory]
    [InlineData("{name: nobody, port: 80}", "DestinationUnknown", "there is no Service edge/nobody with port 80")]
    [InlineData("{name: web, port: 81}", "DestinationUnknown", "there is no Service edge/web with port 81")]
    [InlineData("{name: web, namespace: shop, port: 80}", "ReferenceNotGranted", "namespace shop does not let the route use Service web")]
    [InlineData("{name: web, port: 80}", "", "")]
    public void A_backend_that_cannot_be_used_is_reported(string backend, string code, string message)
    {
        foreach (var kind in new[] { "HTTPRoute", "GRPCRoute", "TLSRoute" })
        {
            var found = Findings(Route(kind, $"{{name: r, backendRefs: [{backend}]}}"));

            Assert.Equal(code, string.Join(' ', found.Select(finding => finding.Code)));
            Assert.All(found, finding => Assert.Contains($"rule \"r\": {message}", finding.Message, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("to: [{group: \"\", kind: Secret}]", true)]
    [InlineData("to: [{group: \"\", kind: Secret, name: cert}]", true)]
    [InlineData("to: [{group: \"\", kind: Secret, name: other}]", false)]
    [InlineData("to: [{group: \"\", kind: Service}]", false)]
    [InlineData(null, false)]
    public void A_certificate_of_another_namespace_needs_a_grant_there_or_the_listener_is_not_served(string? to, bool granted)
    {
        var grant = to is null ? "" : $"---\n{{apiVersion: gateway.networking.k8s.io/v1beta1, kind: ReferenceGrant, metadata: {{name: g, namespace: certs}}, spec: {{from: [{{group: gateway.networking.k8s.io, kind: Gateway, namespace: edge}}], {to}}}}}\n";
        var text = Gateway("{name: plain, port: 80, protocol: HTTP}, {name: own, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: cert}]}}, {name: foreign, port: 8443, protocol: HTTPS, tls: {certificateRefs: [{name: cert, namespace: certs}]}}") + grant;

        Assert.Equal(granted ? [80, 443, 8443] : [80, 443], View(text).Listeners.Select(listener => listener.Port));
        Assert.Equal(granted ? "" : "ReferenceNotGranted", string.Join(' ', Findings(text).Select(finding => finding.Code)));
    }

    [Fact]
    public void A_listener_for_TLS_without_tls_is_not_served()
    {
        Assert.Equal([80], View(Gateway("{name: plain, port: 80, protocol: HTTP}, {name: none, port: 443, protocol: HTTPS}")).Listeners.Select(listener => listener.Port));
    }

    [Theory]
    [InlineData("HTTPRoute", "{sessionPersistence: {sessionName: s}}", "rule #0: sessionPersistence")]
    [InlineData("GRPCRoute", "{sessionPersistence: {sessionName: s}}", "rule #0: sessionPersistence")]
    [InlineData("HTTPRoute", "{filters: [{type: ExtensionRef, extensionRef: {group: a.example.com, kind: F, name: f}}]}", "filter ExtensionRef (its requests are answered 500)")]
    [InlineData("HTTPRoute", "{backendRefs: [{name: web, port: 80, filters: [{type: URLRewrite, urlRewrite: {hostname: b.example.com}}]}]}", "filter URLRewrite of a single backend")]
    public void What_the_data_plane_does_not_execute_yet_is_said(string kind, string rule, string what)
    {
        var finding = Assert.Single(Findings(Route(kind, rule)));

        Assert.Equal("NotHonouredYet", finding.Code);
        Assert.Contains(what, finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void So_it_is_of_gateways()
    {
        Assert.Equal(
            ["listener \"a\": more than one of tls.certificateRefs is not honoured by the data plane yet", "spec.backendTLS is not honoured by the data plane yet"],
            Findings(Gateway("{name: a, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: a}, {name: b}]}}", "backendTLS: {clientCertificateRef: {name: c}}, "))
                .Select(finding => finding.Message).Order(StringComparer.Ordinal));
    }

    private static RouteAction Action(string text) => Assert.Single(View(text).Listeners).Routes
        .Match(new RouteRequest("GET", "http", "any", "/", "", 80, _ => null))!.Value.Route.Action;

    private static Diagnostic[] Findings(string text) =>
        [.. TestMesh.Load(("c", Text(text))).Diagnostics.Where(finding => finding.Code != "NetworkWithoutGateway")];

    private static MeshView View(string text) => TestMesh.Load(("c", Text(text))).ViewFrom(new ProxyScope
    {
        Type = ProxyType.Router,
        Cluster = "c",
        Namespace = "edge",
        Labels = TestMesh.Labels(("gateway.networking.k8s.io/gateway-name", "gw")),
    });

    private static string Text(string text) => """
        {apiVersion: v1, kind: Service, metadata: {name: web, namespace: edge}, spec: {ports: [{name: http, port: 80}]}}
        ---
        {apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {ports: [{name: http, port: 80}]}}
        ---

        """ + text;

    private static string Route(string kind, string rule) => Gateway("{name: plain, port: 80, protocol: HTTP}")
        + $"---\n{{apiVersion: gateway.networking.k8s.io/v1, kind: {kind}, metadata: {{name: r, namespace: edge}}, spec: {{parentRefs: [{{name: gw}}], rules: [{rule}]}}}}\n";

    private static string Gateway(string listeners, string more = "") =>
        $"{{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {{name: gw, namespace: edge}}, spec: {{gatewayClassName: istio, {more}listeners: [{listeners}]}}}}\n";
}
