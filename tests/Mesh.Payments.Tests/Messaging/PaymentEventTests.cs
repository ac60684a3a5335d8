using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Payments.Api;
using Mesh.Payments.Messaging;
using Mesh.Payments.Messaging.Events;
using Mesh.Payments.Messaging.Sqs;
using Mesh.Payments.Storage;
using Mesh.Payments.Tests.Support;

namespace Mesh.Payments.Tests.Messaging;

/// <summary>A legacy application's events, through EventBridge and SQS, to payments.</summary>
public abstract class PaymentEventTests(StoreKind kind)
{
    private const string Legacy = "spiffe://cluster.local/ns/prod/sa/legacy-billing";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_event_makes_one_payment_however_often_it_comes()
    {
        var (sqs, queue) = await NewQueueAsync();
        await using var server = await StartAsync(sqs, queue);
        var id = Guid.NewGuid().ToString();

        for (var delivery = 0; delivery < 3; delivery++) await sqs.SendAsync(queue, Event(id));
        await UntilAsync(async () => await sqs.CountAsync(queue) == 0);

        // The message goes when the payment is booked; the acquirer may still be about to answer then.
        await UntilAsync(async () => (await server.Client.ListPaymentsAsync(new V1.ListPaymentsRequest())).Payments
            .All(found => found.State != V1.PaymentState.Processing));
        var payment = Assert.Single((await server.Client.ListPaymentsAsync(new V1.ListPaymentsRequest())).Payments);
        Assert.Equal(("legacy-billing", 1250L, V1.PaymentState.Succeeded), (payment.Merchant, payment.Amount.MinorUnits, payment.State));
        Assert.Equal([Legacy], await TextsAsync(server, "SELECT DISTINCT caller FROM audit WHERE method = 'CreatePayment'"));
        Assert.Equal(0, await sqs.CountAsync(SqsEmulator.DeadLetterQueueOf(queue)));
    }

    [Fact]
    public async Task An_event_that_comes_again_after_its_key_was_forgotten_makes_no_second_payment()
    {
        var (sqs, queue) = await NewQueueAsync();
        await using var server = await StartAsync(sqs, queue);
        var text = Event(Guid.NewGuid().ToString());
        await sqs.SendAsync(queue, text);
        await UntilAsync(async () => await sqs.CountAsync(queue) == 0);
        await using (var session = await server.Database.OpenAsync(Token))
            Assert.Equal(1, await session.ExecuteAsync("DELETE FROM idempotency_keys", Token, []));

        await sqs.SendAsync(queue, text);
        await UntilAsync(async () => await sqs.CountAsync(queue) == 0);

        Assert.Single((await server.Client.ListPaymentsAsync(new V1.ListPaymentsRequest())).Payments);
    }

    [Fact]
    public async Task What_cannot_be_a_payment_goes_to_the_dead_letter_queue_with_its_reason_and_blocks_nothing()
    {
        var (sqs, queue) = await NewQueueAsync();
        await using var server = await StartAsync(sqs, queue);
        var id = Guid.NewGuid().ToString();
        (string Body, string Reason)[] poison =
        [
            ("not json", "it is not JSON"),
            ("[1]", "not a JSON object"),
            ("{\"id\":\"a\",\"source\":\"s\",\"detail-type\":\"t\"}", "no 'detail' object"),
            (Event("", source: "legacy.billing"), "the event has no 'id'"),
            (Event(Guid.NewGuid().ToString(), source: "somebody.else"), "the source 'somebody.else'"),
            (Event(Guid.NewGuid().ToString(), detailType: "Invoice Sent"), "'Invoice Sent'"),
            (Event(Guid.NewGuid().ToString(), merchant: "another"), "may not act for the merchant another"),
            (Event(Guid.NewGuid().ToString(), method: "4111111111111111"), "looks like a card number"),
            (Event(Guid.NewGuid().ToString(), minorUnits: "-5"), "payment.amount.minor_units"),
            (Event(Guid.NewGuid().ToString(), minorUnits: "many"), "the detail is not a payment"),
        ];

        foreach (var (body, _) in poison) await sqs.SendAsync(queue, body);
        await sqs.SendAsync(queue, Event(id));
        await UntilAsync(async () => await sqs.CountAsync(queue) == 0);

        Assert.Single((await server.Client.ListPaymentsAsync(new V1.ListPaymentsRequest())).Payments);
        var dead = await ((IDeadLetters)server.Services.GetService(typeof(IDeadLetters))!).ListAsync(100, Token);
        Assert.Equal(poison.Length, dead.Count);
        foreach (var (body, reason) in poison)
        {
            var letter = Assert.Single(dead, one => one.Message.Body == body);
            Assert.Contains(reason, letter.Reason);
            Assert.DoesNotContain("4111111111111111", letter.Reason);
        }
    }

    [Fact]
    public async Task A_dead_event_is_made_a_payment_by_replaying_it()
    {
        var (sqs, queue) = await NewQueueAsync();
        await sqs.SendAsync(queue, Event(Guid.NewGuid().ToString()));
        var outside = new SqsMessageQueue(sqs.Client, queue, TimeProvider.System);
        var received = await outside.ReceiveAsync(10, Deadline, TimeSpan.FromSeconds(20), Token);
        await outside.BuryAsync(Assert.Single(received), "an earlier version did not know it", Token);
        await using var server = await StartAsync(sqs, queue);
        var letters = (IDeadLetters)server.Services.GetService(typeof(IDeadLetters))!;
        var dead = Assert.Single(await letters.ListAsync(10, Token));

        Assert.True(await letters.ReplayAsync(dead.Message.Id, Token));

        await UntilAsync(async () => await sqs.CountAsync(queue) == 0);
        Assert.Single((await server.Client.ListPaymentsAsync(new V1.ListPaymentsRequest())).Payments);
        Assert.Equal(0, await sqs.CountAsync(SqsEmulator.DeadLetterQueueOf(queue)));
    }

    [Fact]
    public async Task Asynchronous_payments_go_through_sqs_from_the_outbox_to_a_worker()
    {
        var (sqs, queue) = await NewQueueAsync();
        await using var server = await StartAsync(sqs, queue);
        var requests = Enumerable.Range(0, 25).Select(_ =>
        {
            var request = Requests.Create(merchant: "legacy-billing");
            request.Processing = V1.ProcessingMode.Async;
            return request;
        }).ToList();

        var made = await Task.WhenAll(requests.Select(request => server.Client.CreatePaymentAsync(request).ResponseAsync));

        foreach (var payment in made)
        {
            await UntilAsync(async () =>
                (await server.Client.GetPaymentAsync(new V1.GetPaymentRequest { Name = payment.Name })).State == V1.PaymentState.Succeeded);
        }

        await UntilAsync(async () => await sqs.CountAsync(queue) == 0);
        Assert.Equal(["0"], await TextsAsync(server, "SELECT CAST(COUNT(*) AS TEXT) FROM messages"));
    }

    private static async Task<(SqsEmulator Sqs, Uri Queue)> NewQueueAsync()
    {
        var sqs = await SqsEmulator.SharedAsync();
        return (sqs, await sqs.NewQueueAsync());
    }

    private Task<TestServer> StartAsync(SqsEmulator sqs, Uri queue) => TestServer.StartAsync(kind, options => Options(options, sqs, queue));

    private static PaymentsOptions Options(PaymentsOptions options, SqsEmulator sqs, Uri queue) => options with
    {
        Aws = sqs.Environment,
        Queue = SqsEmulator.AddressOf(queue),
        EventSources = [new EventSource("legacy.billing", Legacy)],
        // The tests' own calls come without an identity.
        Merchants = [new MerchantBinding(Legacy, "legacy-billing"), new MerchantBinding("", MerchantBinding.Any)],
    };

    private static string Event(
        string id, string source = "legacy.billing", string detailType = PaymentRequestHandler.DetailType, string merchant = "legacy-billing",
        string minorUnits = "1250", string method = "pm_card_visa") => new JsonObject
        {
            ["version"] = "0",
            ["id"] = id,
            ["detail-type"] = detailType,
            ["source"] = source,
            ["account"] = "111122223333",
            ["time"] = "2026-03-01T12:00:00Z",
            ["region"] = "eu-west-1",
            ["resources"] = new JsonArray(),
            ["detail"] = new JsonObject
            {
                ["merchant"] = merchant,
                ["amount"] = new JsonObject { ["currencyCode"] = "EUR", ["minorUnits"] = minorUnits },
                ["paymentMethod"] = method,
                ["description"] = "Invoice 17",
            },
        }.ToJsonString(JsonSerializerOptions.Default);

    private static async Task<IReadOnlyList<string>> TextsAsync(TestServer server, string sql)
    {
        await using var session = await server.Database.OpenAsync(Token);
        return await session.QueryAsync(sql, row => row.GetString(0), Token, []);
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Token);
        deadline.CancelAfter(Deadline);
        while (!await condition()) await Task.Delay(20, deadline.Token);
    }
}
