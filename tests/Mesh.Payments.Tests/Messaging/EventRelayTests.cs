using Mesh.Payments.Messaging.Publishing;
using Mesh.Payments.Storage;
using Mesh.Payments.Tests.Support;

namespace Mesh.Payments.Tests.Messaging;

public abstract class EventRelayTests(StoreKind kind)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_change_of_a_payment_is_published_once_and_in_order_while_nothing_fails()
    {
        await using var bus = await FakeEventBridge.StartAsync();
        await using var server = await TestServer.StartAsync(kind, options => With(options, bus));

        await PayAsync(server, "shop-a", 8);
        await PayAsync(server, "shop-b", 8);
        var expected = await ChangesAsync(server);
        await UntilAsync(() => bus.Taken.Count >= expected.Count);

        Assert.Empty(bus.Wrong);
        Assert.Equal(expected, OfMerchants(bus.Taken));
        Assert.All(bus.Taken, entry => Assert.Equal(("payments", "mesh.payments", "Payment Changed"), (entry.Bus, entry.Source, entry.DetailType)));
        Assert.Contains(bus.Taken, entry => entry.State == "SUCCEEDED");
    }

    [Fact]
    public async Task What_the_bus_refuses_or_leaves_unanswered_is_sent_again_and_nothing_is_skipped()
    {
        await using var bus = await FakeEventBridge.StartAsync();
        var faults = new Queue<FakeEventBridge.Fault?>(
        [
            new(StatusCode: 400), new(RefusedEntry: 0), new(LosesAnswer: true), null, new(StatusCode: 503), new(RefusedEntry: 2), new(LosesAnswer: true),
        ]);
        var gate = new Lock();
        bus.NextFault = () =>
        {
            lock (gate) return faults.TryDequeue(out var fault) ? fault : null;
        };
        await using var server = await TestServer.StartAsync(kind, options => With(options, bus));

        await PayAsync(server, "shop-a", 12);
        await PayAsync(server, "shop-b", 12);
        var expected = await ChangesAsync(server);
        await UntilAsync(() => bus.Taken.Select(entry => entry.Id).Distinct().Count() >= expected.Count && faults.Count == 0);

        Assert.Empty(bus.Wrong);
        // The last time each was taken is in order; an id tells its repetitions.
        var last = bus.Taken.Select((entry, index) => (entry, index)).GroupBy(pair => pair.entry.Id).Select(group => group.Last());
        Assert.Equal(expected, OfMerchants(last.OrderBy(pair => pair.index).Select(pair => pair.entry)));
        Assert.All(bus.Taken, entry => Assert.Equal($"{entry.Merchant}/{entry.Position}", entry.Id));
    }

    [Fact]
    public async Task Replicas_share_the_work_and_the_next_process_goes_on_where_the_last_one_was()
    {
        await using var bus = await FakeEventBridge.StartAsync();
        using var store = await TestStore.NewAsync(kind);
        IReadOnlyList<string> first;
        await using (var one = await TestServer.StartAsync(store, "one", options => With(options, bus)))
        await using (var two = await TestServer.StartAsync(store, "two", options => With(options, bus)))
        {
            await PayAsync(one, "shop-a", 5);
            await PayAsync(two, "shop-b", 5);
            first = await ChangesAsync(one);
            await UntilAsync(() => bus.Taken.Count >= first.Count);
        }

        await using var next = await TestServer.StartAsync(store, "next", options => With(options, bus));
        await PayAsync(next, "shop-a", 1);
        var all = await ChangesAsync(next);
        await UntilAsync(() => bus.Taken.Count >= all.Count);

        Assert.True(all.Count > first.Count);
        Assert.Equal(all, OfMerchants(bus.Taken));
    }

    [Theory]
    [InlineData("eventbridge:payments", null)]
    [InlineData("eventbridge:arn:aws:events:us-east-2:111122223333:event-bus/payments", "us-east-2")]
    public void An_address_of_a_bus_names_its_region_when_it_is_an_arn(string text, string? region) =>
        Assert.Equal(region, EventBusAddress.Parse(text).Region);

    [Theory]
    [InlineData("payments")]
    [InlineData("eventbridge:")]
    [InlineData("eventbridge:arn:aws:sqs:us-east-2:111122223333:payments")]
    public void What_is_no_bus_is_refused(string text) => Assert.Throws<FormatException>(() => EventBusAddress.Parse(text));

    private static PaymentsOptions With(PaymentsOptions options, FakeEventBridge bus) => options with
    {
        Aws = bus.Environment,
        Events = EventBusAddress.Parse("eventbridge:payments"),
    };

    private static Task<V1.Payment[]> PayAsync(TestServer server, string merchant, int count) => Task.WhenAll(
        Enumerable.Range(0, count).Select(_ => server.Client.CreatePaymentAsync(Requests.Create(merchant: merchant)).ResponseAsync));

    /// <summary>What the store says that happened, by merchant and in order.</summary>
    private static async Task<IReadOnlyList<string>> ChangesAsync(TestServer server)
    {
        await using var session = await server.Database.OpenAsync(Token);
        return await session.QueryAsync("SELECT merchant, position FROM payment_events ORDER BY merchant, position",
            row => $"{row.GetString(0)}/{row.GetInt64(1)}", Token);
    }

    private static IEnumerable<string> OfMerchants(IEnumerable<FakeEventBridge.Entry> entries) =>
        entries.GroupBy(entry => entry.Merchant).OrderBy(group => group.Key, StringComparer.Ordinal).SelectMany(group => group.Select(entry => entry.Id));

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Token);
        deadline.CancelAfter(Deadline);
        while (!condition()) await Task.Delay(10, deadline.Token);
    }
}
