using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Mesh.Payments.Tests.Support;

namespace Mesh.Payments.Tests.Api;

public sealed class JsonTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_payment_is_made_captured_refunded_read_and_listed_over_HTTP_1()
    {
        await using var server = await TestServer.StartAsync();

        var created = await PostAsync(server, "/v1/payments", Body(captureMethod: "MANUAL"), Requests.NewKey());
        var name = created.Json.GetProperty("name").GetString();
        var captured = await PostAsync(server, $"/v1/{name}:capture", "{}", Requests.NewKey());
        var refunded = await PostAsync(server, $"/v1/{name}:refund",
            """{"amount":{"currencyCode":"EUR","minorUnits":50}}""", Requests.NewKey());
        var read = await server.Http.GetFromJsonAsync<JsonElement>($"/v1/{name}", Token);
        var listed = await server.Http.GetFromJsonAsync<JsonElement>("/v1/payments?pageSize=5", Token);

        Assert.Equal((HttpStatusCode.OK, "REQUIRES_CAPTURE"), (created.Status, created.Json.GetProperty("state").GetString()));
        Assert.Equal("SUCCEEDED", captured.Json.GetProperty("state").GetString());
        Assert.Equal("PARTIALLY_REFUNDED", refunded.Json.GetProperty("state").GetString());
        Assert.Equal("50", read.GetProperty("amountRefunded").GetProperty("minorUnits").GetString());
        Assert.Equal(name, listed.GetProperty("payments")[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task The_header_Idempotency_Key_makes_a_repetition_harmless()
    {
        await using var server = await TestServer.StartAsync();

        var first = await PostAsync(server, "/v1/payments", Body(), "k1");
        var repeated = await PostAsync(server, "/v1/payments", Body(), "k1");
        var differing = await PostAsync(server, "/v1/payments?idempotencyKey=k2", Body(), "k1");

        Assert.Equal(first.Json.ToString(), repeated.Json.ToString());
        Assert.Equal(HttpStatusCode.BadRequest, differing.Status);
    }

    [Fact]
    public async Task Errors_say_the_same_as_over_gRPC()
    {
        await using var server = await TestServer.StartAsync();

        var missing = await PostAsync(server, "/v1/payments", Body(), key: null);
        var declined = await PostAsync(server, "/v1/payments", Body(paymentMethod: "pm_card_declined"), "k");
        using var response = await server.Http.GetAsync($"/v1/payments/{new string('0', 32)}", Token);
        var unknown = await response.Content.ReadFromJsonAsync<JsonElement>(Token);

        Assert.Equal(HttpStatusCode.BadRequest, missing.Status);
        Assert.Equal("idempotency_key", Detail(missing.Json, "BadRequest").GetProperty("fieldViolations")[0].GetProperty("field").GetString());
        Assert.Equal("PAYMENT_DECLINED", Detail(declined.Json, "ErrorInfo").GetProperty("reason").GetString());
        Assert.Equal("generic_decline", Detail(declined.Json, "ErrorInfo").GetProperty("metadata").GetProperty("declineCode").GetString());
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal(5, unknown.GetProperty("code").GetInt32());
    }

    [Theory]
    [InlineData("{", HttpStatusCode.BadRequest)]
    [InlineData("[]", HttpStatusCode.BadRequest)]
    [InlineData("", HttpStatusCode.BadRequest)]
    [InlineData("""{"amount":{"currencyCode":"EUR","minorUnits":99999999999999999999},"paymentMethod":"pm_card_visa"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"amount":{"currencyCode":"EUR","minorUnits":12.5},"paymentMethod":"pm_card_visa"}""", HttpStatusCode.BadRequest)]
    public async Task A_body_that_cannot_be_a_payment_is_refused(string body, HttpStatusCode expected)
    {
        await using var server = await TestServer.StartAsync();

        var (status, _) = await PostAsync(server, "/v1/payments", body, "k");

        Assert.Equal(expected, status);
    }

    [Fact]
    public async Task A_card_number_is_refused_wherever_it_is_put_and_stands_in_no_log_and_no_answer()
    {
        const string pan = "4242424242424242";
        var store = await TestStore.NewAsync(StoreKind.Sqlite);
        var server = await TestServer.StartAsync(store, "payments");

        var answers = new List<(HttpStatusCode Status, JsonElement Json)>
        {
            await PostAsync(server, "/v1/payments", Body(paymentMethod: pan), "k1"),
            await PostAsync(server, "/v1/payments", Body(description: $"card 4242 4242 4242 4242 or {pan}"), "k2"),
            await PostAsync(server, "/v1/payments", Body(merchant: pan), "k3"),
            await PostAsync(server, "/v1/payments", Body(), pan),
            await PostAsync(server, $"/v1/payments/{pan}:refund", "{}", "k4"),
        };
        using var filtered = await server.Http.GetAsync($"/v1/payments?filter=merchant%20=%20{pan}&pageToken={pan}", Token);
        answers.Add((filtered.StatusCode, await filtered.Content.ReadFromJsonAsync<JsonElement>(Token)));
        await server.DisposeAsync();

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.BadRequest, answer.Status));
        Assert.All(answers, answer => Assert.DoesNotContain("4242", answer.Json.ToString()));
        foreach (var file in Directory.GetFiles(store.Folder))
            Assert.DoesNotContain("42424242", await File.ReadAllTextAsync(file, Encoding.Latin1, Token));
        store.Dispose();
    }

    private static string Body(
        string paymentMethod = "pm_card_visa", string captureMethod = "AUTOMATIC", string description = "", string merchant = "") =>
        JsonSerializer.Serialize(new
        {
            amount = new { currencyCode = "EUR", minorUnits = 1250 },
            paymentMethod,
            captureMethod,
            description,
            merchant,
        });

    private static async Task<(HttpStatusCode Status, JsonElement Json)> PostAsync(TestServer server, string path, string body, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        using var response = await server.Http.SendAsync(request, Token);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>(Token));
    }

    private static JsonElement Detail(JsonElement error, string type) => error.GetProperty("details").EnumerateArray()
        .Single(detail => detail.GetProperty("@type").GetString() == $"type.googleapis.com/google.rpc.{type}");
}
