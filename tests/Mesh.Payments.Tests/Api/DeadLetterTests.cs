using System.Net;
using System.Text.Json;
using Mesh.Payments.Messaging;
using Mesh.Payments.Tests.Support;

namespace Mesh.Payments.Tests.Api;

public sealed class DeadLetterTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_operator_lists_dead_letters_and_replays_one_on_the_admin_listener_only()
    {
        var admin = new IPEndPoint(IPAddress.Loopback, FreePort.Next());
        await using var server = await TestServer.StartAsync(change: options => options with { Admin = admin });
        using var http = new HttpClient { BaseAddress = new Uri($"http://{admin}") };
        Assert.Equal("[]", await http.GetStringAsync("/dead-letters", Token));

        // An event without what every event has: given up as soon as it is seen.
        var message = Message.New(MessageTypes.Event, "{\"card\":\"4111111111111111\"}", DateTimeOffset.UtcNow);
        await SendAsync(server, message);
        var first = await FirstAsync(http, DateTimeOffset.MinValue);
        Assert.Equal(message.Id, first.GetProperty("id").GetString());
        Assert.Equal("the event has no 'detail' object", first.GetProperty("reason").GetString());
        Assert.Equal("{\"card\":\"[card number]\"}", first.GetProperty("body").GetString());
        Assert.Equal(1, first.GetProperty("attempts").GetInt32());

        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(server.Http, $"/dead-letters/{message.Id}:replay"));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(http, "/dead-letters/another:replay"));
        Assert.Equal(HttpStatusCode.NoContent, await PostAsync(http, $"/dead-letters/{message.Id}:replay"));
        using var elsewhere = await server.Http.GetAsync("/dead-letters", Token);
        Assert.Equal(HttpStatusCode.NotFound, elsewhere.StatusCode);
        // Tried again, and given up again.
        var second = await FirstAsync(http, first.GetProperty("given_up").GetDateTimeOffset());
        Assert.Equal((message.Id, 1), (second.GetProperty("id").GetString(), second.GetProperty("attempts").GetInt32()));
    }

    private static async Task SendAsync(TestServer server, Message message)
    {
        await using var session = await server.Database.OpenAsync(Token);
        await session.BeginWriteAsync(Token);
        await MessageWriter.AppendAsync(session, Queues.Payments, [message], Token);
        await session.CommitAsync(Token);
    }

    private static async Task<JsonElement> FirstAsync(HttpClient http, DateTimeOffset after)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Token);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            using var list = JsonDocument.Parse(await http.GetStringAsync("/dead-letters", deadline.Token));
            var found = list.RootElement.EnumerateArray().Where(one => one.GetProperty("given_up").GetDateTimeOffset() > after).ToList();
            if (found.Count > 0) return Assert.Single(found).Clone();
            await Task.Delay(20, deadline.Token);
        }
    }

    private static async Task<HttpStatusCode> PostAsync(HttpClient http, string path)
    {
        using var response = await http.PostAsync(path, null, Token);
        return response.StatusCode;
    }
}
