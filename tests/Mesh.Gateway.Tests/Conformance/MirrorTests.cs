using System.Net;
using Grpc.Net.Client;
using Mesh.DataPlane.Tests.Support;

namespace Mesh.Gateway.Tests.Conformance;

public sealed class MirrorTests(ConformanceMesh mesh) : IClassFixture<ConformanceMesh>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task A_mirror_gets_the_request_whole_under_a_shadow_name_and_the_caller_gets_the_answer_of_the_route()
    {
        await mesh.ApplyRuleAsync("mirror.example", Rule("mirrors: [{destination: {host: b.test}}, {destination: {host: c.test}}]"));
        var answer = await mesh.AskAsync("mirror.example", "/pay?x=1", HttpMethod.Post, "the body", ("x-case", "mirror-1"));
        Assert.Equal("a", answer.Server);
        Assert.EndsWith("the body", answer.Body, StringComparison.Ordinal);
        foreach (var copy in new[] { mesh.B, mesh.C })
        {
            var seen = await Poll.ForAsync(
                () => copy.Requests.FirstOrDefault(request => request.GetValueOrDefault("x-case") == "mirror-1"), $"the copy at {copy.Name}");
            Assert.Equal("mirror.example-shadow", seen["host"]);
            Assert.Equal("8", seen["content-length"]);
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task A_mirror_that_fails_or_is_no_service_is_not_noticed()
    {
        await mesh.ApplyRuleAsync("broken-mirror.example",
            Rule("mirrors: [{destination: {host: nowhere.test}}, {destination: {host: b.test}, percentage: {value: 100}}]"));
        mesh.B.Status = () => 500;
        try
        {
            for (var i = 0; i < 10; i++)
                Assert.Equal(HttpStatusCode.OK, (await mesh.AskAsync("broken-mirror.example", "/", HttpMethod.Post, "x")).Status);
        }
        finally
        {
            mesh.B.Status = () => 200;
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task A_share_of_nothing_mirrors_nothing()
    {
        await mesh.ApplyRuleAsync("no-mirror.example", Rule("{mirror: {host: c.test}, mirrorPercentage: {value: 0}}"));
        await mesh.ApplyRuleAsync("a-mirror.example", Rule("mirror: {host: c.test}"));
        for (var i = 0; i < 20; i++) await mesh.AskAsync("no-mirror.example", "/", headers: ("x-case", "never"));
        await mesh.AskAsync("a-mirror.example", "/", headers: ("x-case", "afterwards"));
        await Poll.UntilAsync(() => mesh.C.Requests.Any(request => request.GetValueOrDefault("x-case") == "afterwards"), "the copy");
        Assert.DoesNotContain(mesh.C.Requests, request => request.GetValueOrDefault("x-case") == "never");
    }

    [Fact(Timeout = 120_000)]
    public async Task A_grpc_call_is_mirrored_as_one()
    {
        await mesh.ApplyRuleAsync("grpc-mirror.example", Rule("mirror: {host: b.test}"));
        using var channel = GrpcChannel.ForAddress(mesh.Address, new GrpcChannelOptions { HttpHandler = new HostHandler("grpc-mirror.example") });
        var reply = await new Echo.EchoClient(channel).UnaryAsync(
            new EchoRequest { Text = "x" }, new Grpc.Core.Metadata { { "x-case", "grpc-mirror" } }, cancellationToken: Stop);
        Assert.Equal("a", reply.Server);
        await Poll.UntilAsync(() => mesh.B.Requests.Any(request => request.GetValueOrDefault("x-case") == "grpc-mirror"), "the copy");
    }

    [Fact(Timeout = 120_000)]
    public async Task A_HTTPRoute_mirrors_too()
    {
        await mesh.ApplyHttpRouteAsync("mirror.api", """
            - filters:
              - type: RequestMirror
                requestMirror:
                  backendRef: {group: networking.istio.io, kind: Hostname, name: b.test, port: 80}
              backendRefs:
              - {group: networking.istio.io, kind: Hostname, name: a.test, port: 80}
            """);
        await mesh.AskAsync("mirror.api", "/", headers: ("x-case", "api-mirror"));
        await Poll.UntilAsync(() => mesh.B.Requests.Any(request => request.GetValueOrDefault("x-case") == "api-mirror"), "the copy");
    }

    private static string Rule(string mirror) => $$"""
        - route:
          - destination:
              host: a.test
          {{(mirror.StartsWith('{') ? mirror[1..^1].Replace(", mirrorPercentage", "\n  mirrorPercentage", StringComparison.Ordinal) : mirror)}}
        """;
}
