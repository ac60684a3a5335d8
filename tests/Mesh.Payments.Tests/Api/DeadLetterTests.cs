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
        var admin = new IPEndPoint(IPAddress.Loopback, PaymentsProcess.FreePort());
        await using var server = await TestServer.StartAsync(change: options => options with { Admin = admin });
        var message = Message.New("work", "{\"card\":\"4111111111111111\"}", DateTimeOffset.UtcNow);
        await BuryAsync(server, message);
        using var http = new HttpClient { BaseAddress = new Uri($"http://{admin}") };

        using var list = JsonDocument.Parse(await http.GetStringAsync("/dead-letters", Token));
        var one = Assert.Single(list.RootElement.EnumerateArray());
        Assert.Equal(message.Id, one.GetProperty("id").GetString());
        Assert.Equal("no amount", one.GetProperty("reason").GetString());
        Assert.Equal("{\"card\":\"[card number]\"}", one.GetProperty("body").GetString());

        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(server.Http, $"/dead-letters/{message.Id}:replay"));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(http, "/dead-letters/another:replay"));
        Assert.Equal(HttpStatusCode.NoContent, await PostAsync(http, $"/dead-letters/{message.Id}:replay"));
        Assert.Equal("[]", await http.GetStringAsync("/dead-letters", Token));
        using var elsewhere = await server.Http.GetAsync("/dead-letters", Token);
        Assert.Equal(HttpStatusCode.NotFound, elsewhere.StatusCode);
    }

    private static async Task BuryAsync(TestServer server, Message message)
    {
        await using var session = await server.Database.OpenAsync(Token);
        await session.BeginWriteAsync(Token);
        await MessageWriter.AppendAsync(session, Queues.Payments, [message], Token);
        await session.CommitAsync(Token);
        var queue = (IMessageQueue)server.Services.GetService(typeof(IMessageQueue))!;
        var received = await queue.ReceiveAsync(1, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(30), Token);
        await queue.BuryAsync(Assert.Single(received), "no amount", Token);
    }

    private static async Task<HttpStatusCode> PostAsync(HttpClient http, string path)
    {
        using var response = await http.PostAsync(path, null, Token);
        return response.StatusCode;
    }
}
