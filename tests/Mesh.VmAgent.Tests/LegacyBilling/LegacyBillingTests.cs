using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Mesh.VmAgent.Tests.LegacyBilling;

/// <summary>The legacy program as its users have it: a process whose only tie to the mesh is http_proxy.</summary>
public sealed class LegacyBillingTests
{
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static readonly string Binary = TestFolders.Program("samples/legacy-billing", "legacy-billing");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Paying_an_invoice_posts_json_to_the_payments_name_through_the_proxy_of_the_environment()
    {
        var seen = new ConcurrentQueue<(string Target, string Key, string Trace, JsonNode Body)>();
        await using var proxy = await TestServer.StartAsync(async context =>
        {
            var body = await JsonNode.ParseAsync(context.Request.Body);
            seen.Enqueue((
                $"{context.Request.Host}{context.Request.Path}", context.Request.Headers["Idempotency-Key"].ToString(),
                context.Request.Headers.TraceParent.ToString(), body!));
            await context.Response.WriteAsync("""{"name":"payments/p1","state":"SUCCEEDED"}""");
        });
        await using var billing = await StartAsync(proxy.Address);

        var (status, outcome) = await PayAsync(billing.Port, "inv-1001");
        var again = await PayAsync(billing.Port, "inv-1001");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("paid", (string?)outcome["outcome"]);
        Assert.Equal("payments/p1", (string?)outcome["payment"]!["name"]);
        Assert.Equal(HttpStatusCode.OK, again.Status);
        var calls = seen.ToArray();
        Assert.Equal(2, calls.Length);
        Assert.Equal("payments.prod.svc.cluster.local:8080/v1/payments", calls[0].Target);
        Assert.Equal("USD", (string?)calls[0].Body["amount"]!["currencyCode"]);
        Assert.Equal("1307", (string?)calls[0].Body["amount"]!["minorUnits"]);
        Assert.Equal(calls[0].Key, calls[1].Key);
        Assert.Contains("inv-1001", calls[0].Key, StringComparison.Ordinal);
        Assert.StartsWith($"00-{TraceId}-", calls[0].Trace, StringComparison.Ordinal);
        Assert.Equal(0, await billing.Program.TerminateAsync());
    }

    [Theory]
    [InlineData(
        400, """{"code":9,"message":"card declined","details":[{"@type":"x","reason":"PAYMENT_DECLINED"}]}""", 402, "declined")]
    [InlineData(400, """{"code":3,"message":"amount is wrong"}""", 502, "refused")]
    [InlineData(503, "no healthy upstream", 503, "unavailable")]
    [InlineData(409, """{"code":10,"message":"come again"}""", 503, "unavailable")]
    [InlineData(200, """{"name":"payments/p1","state":"PROCESSING"}""", 202, "processing")]
    [InlineData(200, "<html>who are you</html>", 502, "refused")]
    public async Task An_answer_that_is_not_a_payment_is_told_with_what_was_said(
        int answer, string body, int expectedStatus, string expectedOutcome)
    {
        await using var proxy = await TestServer.StartAsync(context =>
        {
            context.Response.StatusCode = answer;
            return context.Response.WriteAsync(body);
        });
        await using var billing = await StartAsync(proxy.Address);

        var (status, outcome) = await PayAsync(billing.Port, "inv-7");

        Assert.Equal(expectedStatus, (int)status);
        Assert.Equal(expectedOutcome, (string?)outcome["outcome"]);
        Assert.NotNull((string?)outcome["message"]);
    }

    [Fact]
    public async Task No_proxy_and_no_such_name_is_an_outcome_and_not_a_crash()
    {
        await using var billing = await StartAsync(new Uri($"http://127.0.0.1:{FreePort.Next()}"));

        var (status, outcome) = await PayAsync(billing.Port, "inv-7");
        var unknown = await PayAsync(billing.Port, "nonsense");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("unavailable", (string?)outcome["outcome"]);
        Assert.Equal(HttpStatusCode.NotFound, unknown.Status);
    }

    [Theory]
    [InlineData("--lisen=127.0.0.1:1", "unknown option '--lisen=127.0.0.1:1'")]
    [InlineData("--listen=127.0.0.1", "'127.0.0.1' is not ADDR:PORT")]
    [InlineData("--payments=payments", "'payments' is not an http URL")]
    public async Task A_wrong_option_is_refused_before_anything_starts(string option, string message)
    {
        await using var program = RunningProgram.Start(Binary, [option]);

        Assert.Equal(64, await program.WaitAsync());
        await Eventually.HoldsAsync(() => program.Output.Contains(message, StringComparison.Ordinal), message);
    }

    [Fact]
    public async Task A_port_in_use_is_one_clear_line()
    {
        await using var other = await TestServer.StartAsync(_ => Task.CompletedTask);
        await using var program = RunningProgram.Start(Binary, ["--listen", $"127.0.0.1:{other.Port}"]);

        Assert.Equal(1, await program.WaitAsync());
        var line = $"legacy-billing: cannot listen on 127.0.0.1:{other.Port}";
        await Eventually.HoldsAsync(() => program.Output.Contains(line, StringComparison.Ordinal), line);
        Assert.DoesNotContain("   at ", program.Output, StringComparison.Ordinal);
    }

    private static async Task<Billing> StartAsync(Uri proxy)
    {
        var port = FreePort.Next();
        var environment = new Dictionary<string, string> { ["http_proxy"] = proxy.ToString(), ["no_proxy"] = "" };
        var program = RunningProgram.Start(Binary, ["--listen", $"127.0.0.1:{port}"], environment);
        await Eventually.HoldsAsync(
            () => program.Output.Contains("answers on", StringComparison.Ordinal) || program.HasExited, "billing answers");
        return new Billing(program, port);
    }

    private static async Task<(HttpStatusCode Status, JsonNode Body)> PayAsync(int port, string invoice)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{port}/invoices/{invoice}/pay");
        request.Headers.Add("traceparent", $"00-{TraceId}-00f067aa0ba902b7-01");
        using var response = await client.SendAsync(request, Token);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Token))!);
    }

    private sealed record Billing(RunningProgram Program, int Port) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Program.DisposeAsync();
    }
}
