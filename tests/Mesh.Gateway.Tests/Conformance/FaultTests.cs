using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.DataPlane.Tests.Support;

namespace Mesh.Gateway.Tests.Conformance;

public sealed class FaultTests(ConformanceMesh mesh) : IClassFixture<ConformanceMesh>
{
    [Fact(Timeout = 120_000)]
    public async Task An_abort_answers_instead_of_the_application_and_says_so_in_the_log()
    {
        await mesh.ApplyRuleAsync("abort.example", Rule("abort: {httpStatus: 418, percentage: {value: 100}}"));
        var answer = await mesh.AskAsync("abort.example", "/teapot");
        Assert.Equal((HttpStatusCode)418, answer.Status);
        Assert.Null(answer.Server);
        Assert.Equal("FI", (await mesh.LineAsync(line => line.Path == "/teapot")).ResponseFlags);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_share_of_nothing_hits_nobody_and_a_half_hits_some()
    {
        await mesh.ApplyRuleAsync("never.example", Rule("abort: {httpStatus: 500, percentage: {value: 0}}"));
        await mesh.ApplyRuleAsync("half.example", Rule("abort: {httpStatus: 500, percentage: {value: 50}}"));
        var hits = 0;
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal("a", (await mesh.AskAsync("never.example", "/")).Server);
            if ((await mesh.AskAsync("half.example", "/")).Status == HttpStatusCode.InternalServerError) hits++;
        }

        Assert.InRange(hits, 15, 85);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_delay_comes_before_the_application_and_shows_in_the_log_with_what_followed()
    {
        await mesh.ApplyRuleAsync("delay.example", Rule("delay: {fixedDelay: 5ms}"));
        Assert.Equal("a", (await mesh.AskAsync("delay.example", "/late")).Server);
        Assert.Equal("DI", (await mesh.LineAsync(line => line.Path == "/late")).ResponseFlags);

        await mesh.ApplyRuleAsync("both.example", Rule("{delay: {fixedDelay: 5ms}, abort: {httpStatus: 503}}"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await mesh.AskAsync("both.example", "/never")).Status);
        Assert.Equal("DI,FI", (await mesh.LineAsync(line => line.Path == "/never")).ResponseFlags);
    }

    [Theory(Timeout = 120_000)]
    [InlineData("grpcStatus: RESOURCE_EXHAUSTED", StatusCode.ResourceExhausted, "grpc-name.example")]
    [InlineData("httpStatus: 503", StatusCode.Unavailable, "grpc-http.example")]
    public async Task A_grpc_client_gets_the_status_of_the_abort(string abort, StatusCode expected, string host)
    {
        await mesh.ApplyRuleAsync(host, Rule($"abort: {{{abort}}}"));
        using var channel = GrpcChannel.ForAddress(mesh.Address, new GrpcChannelOptions { HttpHandler = new HostHandler(host) });
        var error = await Assert.ThrowsAsync<RpcException>(async () => await new Echo.EchoClient(channel).UnaryAsync(
            new EchoRequest { Text = "x" }, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(expected, error.StatusCode);
    }

    private static string Rule(string fault) => $$"""
        - fault: {{(fault.StartsWith('{') ? fault : "{" + fault + "}")}}
          route:
          - destination:
              host: a.test
        """;
}
