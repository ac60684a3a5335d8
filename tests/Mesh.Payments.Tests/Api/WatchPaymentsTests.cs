using Grpc.Core;
using Mesh.Payments.Api;
using Mesh.Payments.Storage;
using Mesh.Payments.Tests.Support;
using Mesh.Payments.V1;
using NewPayment = Mesh.Payments.Domain.NewPayment;
using PaymentIds = Mesh.Payments.Domain.PaymentIds;
using PaymentMachine = Mesh.Payments.Domain.PaymentMachine;

namespace Mesh.Payments.Tests.Api;

public abstract class WatchPaymentsTests(StoreKind kind)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_watcher_gets_what_was_and_what_comes_from_both_replicas_in_order()
    {
        using var store = await TestStore.NewAsync(kind);
        await using var a = await TestServer.StartAsync(store, "payments-a");
        await using var b = await TestServer.StartAsync(store, "payments-b");
        var payment = await a.Client.CreatePaymentAsync(Requests.Create(1000, capture: CaptureMethod.Manual));
        using var watch = a.Client.WatchPayments(new WatchPaymentsRequest());
        var accepted = await NextAsync(watch);
        var first = await NextAsync(watch);

        await a.Client.CapturePaymentAsync(Requests.Capture(payment.Name));
        await b.Client.RefundPaymentAsync(Requests.Refund(payment.Name, 10));
        await b.Client.CreatePaymentAsync(Requests.Create(merchant: "other"));
        await b.Client.RefundPaymentAsync(Requests.Refund(payment.Name));
        var events = new[] { first, await NextAsync(watch), await NextAsync(watch), await NextAsync(watch) };

        Assert.Equal((payment.Name, PaymentState.Processing), (accepted.Payment.Name, accepted.Payment.State));
        Assert.Equal(payment, first.Payment);
        Assert.Equal(
            [PaymentState.RequiresCapture, PaymentState.Succeeded, PaymentState.PartiallyRefunded, PaymentState.Refunded],
            events.Select(one => one.Payment.State));
    }

    [Fact]
    public async Task A_watcher_of_a_merchant_without_payments_gets_the_headers_at_once()
    {
        using var store = await TestStore.NewAsync(kind);
        await using var a = await TestServer.StartAsync(store, "payments-a");

        using var watch = a.Client.WatchPayments(new WatchPaymentsRequest { Merchant = "quiet" });

        await watch.ResponseHeadersAsync.WaitAsync(TimeSpan.FromSeconds(30), Token);
    }

    [Fact]
    public async Task A_watcher_that_connects_again_and_again_under_load_misses_nothing_and_gets_nothing_twice()
    {
        using var store = await TestStore.NewAsync(kind);
        await using var a = await TestServer.StartAsync(store, "payments-a");
        await using var b = await TestServer.StartAsync(store, "payments-b");
        const int count = 60;
        var load = Task.WhenAll(Enumerable.Range(0, count).Select(async i =>
            (await (i % 2 == 0 ? a : b).Client.CreatePaymentAsync(Requests.Create(i + 1))).Name));

        var seen = new List<string>();
        var cursor = "";
        while (seen.Count < count * 2)
        {
            using var watch = (seen.Count % 2 == 0 ? a : b).Client.WatchPayments(new WatchPaymentsRequest { Cursor = cursor });
            for (var i = 0; i < 7 && seen.Count < count * 2; i++)
            {
                var one = await NextAsync(watch);
                cursor = one.Cursor;
                seen.Add(one.Payment.Name);
            }
        }

        // Each payment shows twice: when it was accepted, and when the acquirer had answered.
        Assert.Equal((await load).SelectMany(name => new[] { name, name }).Order(), seen.Order());
    }

    [Fact]
    public async Task A_later_commit_never_shows_before_an_earlier_one_that_is_still_open()
    {
        using var store = await TestStore.NewAsync(kind);
        await using var server = await TestServer.StartAsync(store, "payments");
        await using var held = new HeldSession(await server.Database.OpenAsync(Token));
        var earlier = Task.Run(() => new MutationBatch(
            held, [Direct("earlier", 1)], DateTimeOffset.UtcNow,
            (MutationSettings)server.Services.GetService(typeof(MutationSettings))!).RunAsync(Token), Token);
        await held.AtCommit.WaitAsync(TimeSpan.FromSeconds(90), Token);

        var later = server.Client.CreatePaymentAsync(Requests.Create(2)).ResponseAsync;
        using var watch = server.Client.WatchPayments(new WatchPaymentsRequest());
        Assert.False(later.IsCompleted);
        held.Release();
        await earlier;
        await later;

        // The earlier one is only begun here: nobody carries it out.
        Assert.Equal([1L, 2L, 2L], new[] { await NextAsync(watch), await NextAsync(watch), await NextAsync(watch) }.Select(one => one.Payment.Amount.MinorUnits));
    }

    [Fact]
    public async Task A_cursor_of_another_merchant_or_of_nobody_is_refused()
    {
        await using var server = await TestServer.StartAsync(kind);

        foreach (var cursor in new[] { EventCursors.Write("other", 1), "bm9uc2Vuc2U", "%" })
        {
            using var watch = server.Client.WatchPayments(new WatchPaymentsRequest { Cursor = cursor });
            var exception = await Assert.ThrowsAsync<RpcException>(() => watch.ResponseStream.MoveNext(Token));
            Assert.Equal(StatusCode.InvalidArgument, exception.StatusCode);
        }
    }

    [Fact]
    public async Task A_replica_that_shuts_down_sends_its_watchers_away_with_UNAVAILABLE()
    {
        var server = await TestServer.StartAsync(kind);
        await server.Client.CreatePaymentAsync(Requests.Create());
        using var watch = server.Client.WatchPayments(new WatchPaymentsRequest());
        await NextAsync(watch);
        await NextAsync(watch);

        var next = watch.ResponseStream.MoveNext(Token);
        await server.StopAsync();

        var exception = await Assert.ThrowsAsync<RpcException>(() => next);
        Assert.Equal(StatusCode.Unavailable, exception.StatusCode);
        await server.DisposeAsync();
    }

    private static Mutation Direct(string key, long minorUnits)
    {
        var request = new NewPayment("default", new Payments.Domain.Money("EUR", minorUnits), Payments.Domain.CaptureMethod.Automatic, "pm_card_visa", "");
        return new Mutation
        {
            Caller = "direct",
            IdempotencyKey = key,
            Method = "CreatePayment",
            Fingerprint = [1],
            Decide = (_, now) => PaymentMachine.Create(request, PaymentIds.New(now), now),
            Encode = Answers.Encode,
        };
    }

    private static async Task<PaymentEvent> NextAsync(AsyncServerStreamingCall<PaymentEvent> watch)
    {
        Assert.True(await watch.ResponseStream.MoveNext(Token));
        return watch.ResponseStream.Current;
    }
}
