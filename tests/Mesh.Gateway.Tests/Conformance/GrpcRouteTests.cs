using Grpc.Core;
using Grpc.Net.Client;
using Mesh.DataPlane.Tests.Support;
using Mesh.Gateway.Tests.Support;

namespace Mesh.Gateway.Tests.Conformance;

[Collection(SharedMesh.Name)]
public sealed class GrpcRouteTests(ConformanceMesh mesh)
{
    [Fact(Timeout = 120_000)]
    public async Task Calls_are_routed_by_service_and_method_and_header()
    {
        await mesh.ApplyAsync("grpc-match.api", Route("grpc-match.api", """
            - matches: [{method: {service: mesh.tests.Echo, method: Unary}, headers: [{name: x-tier, value: gold}]}]
              backendRefs: [{backend: c}]
            - matches: [{method: {service: mesh.tests.Echo, method: Unary} }]
              backendRefs: [{backend: b}]
            - matches: [{method: {service: mesh.tests.Echo} }]
              backendRefs: [{backend: a}]
            """), probe: "/mesh.tests.Echo/Download");
        using var channel = Channel("grpc-match.api");
        var echo = new Echo.EchoClient(channel);
        Assert.Equal("b", await UnaryAsync(echo));
        using var upload = echo.Upload(cancellationToken: TestContext.Current.CancellationToken);
        await upload.RequestStream.CompleteAsync();
        Assert.Equal("a", (await upload).Server);
        Assert.Equal("c", await UnaryAsync(echo, new Metadata { { "x-tier", "gold" } }));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_call_that_no_rule_takes_is_unimplemented()
    {
        await mesh.ApplyAsync("grpc-none.api", Route("grpc-none.api", """
            - matches: [{method: {service: some.Other} }]
              backendRefs: [{backend: a}]
            """), probe: "/some.Other/Any");
        using var channel = Channel("grpc-none.api");
        var error = await Assert.ThrowsAsync<RpcException>(() => UnaryAsync(new Echo.EchoClient(channel)));
        Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_backend_that_does_not_exist_is_unavailable()
    {
        await mesh.ApplyAsync("grpc-nowhere.api", Route("grpc-nowhere.api", "- backendRefs: [{name: nobody, port: 80}]"));
        using var channel = Channel("grpc-nowhere.api");
        var error = await Assert.ThrowsAsync<RpcException>(() => UnaryAsync(new Echo.EchoClient(channel)));
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
    }

    [Fact(Timeout = 120_000)]
    public async Task Header_changes_and_mirrors_work_on_calls_too()
    {
        await mesh.ApplyAsync("grpc-filters.api", Route("grpc-filters.api", """
            - filters:
              - {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-grpc-filter, value: here}]} }
              - {type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: x-mark, value: there}]} }
              - {type: RequestMirror, requestMirror: {backendRef: {group: networking.istio.io, kind: Hostname, name: b.test, port: 80} } }
              backendRefs: [{backend: a}]
            """));
        using var channel = Channel("grpc-filters.api");
        using var call = new Echo.EchoClient(channel).UnaryAsync(new EchoRequest { Text = "x" }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal("a", (await call).Server);
        Assert.Equal("there", (await call.ResponseHeadersAsync).GetValue("x-mark"));
        Assert.Contains(mesh.A.Requests, request => request.GetValueOrDefault("x-grpc-filter") == "here");
        await Eventually.TrueAsync(
            () => Task.FromResult(mesh.B.Requests.Any(request => request.GetValueOrDefault("x-grpc-filter") == "here")), () => "the mirrored call");
    }

    private static async Task<string> UnaryAsync(Echo.EchoClient echo, Metadata? headers = null) =>
        (await echo.UnaryAsync(new EchoRequest { Text = "x" }, headers, cancellationToken: TestContext.Current.CancellationToken)).Server;

    private GrpcChannel Channel(string host) =>
        GrpcChannel.ForAddress(mesh.ApiAddress, new GrpcChannelOptions { HttpHandler = new HostHandler(host) });

    private static string Route(string host, string rules) => ConformanceMesh.HttpRoute(host, rules)
        .Replace("kind: HTTPRoute", "kind: GRPCRoute", StringComparison.Ordinal);
}
