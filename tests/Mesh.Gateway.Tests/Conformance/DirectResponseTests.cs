using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.DataPlane.Tests.Support;

namespace Mesh.Gateway.Tests.Conformance;

[Collection(SharedMesh.Name)]
public sealed class DirectResponseTests(ConformanceMesh mesh)
{
    [Theory(Timeout = 120_000)]
    [InlineData("text", "{status: 418, body: {string: short and stout}}", 418, "short and stout")]
    [InlineData("bytes", "{status: 200, body: {bytes: aGVsbG8}}", 200, "hello")]
    [InlineData("none", "{status: 503}", 503, "")]
    public async Task A_route_answers_by_itself(string name, string response, int status, string body)
    {
        var host = $"direct-{name}.example";
        await mesh.ApplyRuleAsync(host, $$"""
            - headers: {response: {set: {x-mark: here} } }
              directResponse: {{response}}
            """);
        var answer = await mesh.AskAsync(host, "/");
        Assert.Equal(((HttpStatusCode)status, body, "here"), (answer.Status, answer.Body, answer.Headers["x-mark"]));
        Assert.Equal("", (await mesh.AskAsync(host, "/", HttpMethod.Head)).Body);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_grpc_caller_gets_the_status_as_a_grpc_status_and_the_text_as_its_message()
    {
        await mesh.ApplyRuleAsync("direct-grpc.example", "- directResponse: {status: 503, body: {string: closed for today}}");
        using var channel = GrpcChannel.ForAddress(mesh.Address, new GrpcChannelOptions { HttpHandler = new HostHandler("direct-grpc.example") });
        var error = await Assert.ThrowsAsync<RpcException>(async () => await new Echo.EchoClient(channel).UnaryAsync(
            new EchoRequest { Text = "x" }, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal((StatusCode.Unavailable, "closed for today"), (error.StatusCode, error.Status.Detail));
    }
}
