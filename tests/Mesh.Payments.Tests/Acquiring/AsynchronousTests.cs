using Grpc.Core;
using Mesh.Payments.Acquiring;
using Mesh.Payments.Messaging;
using Mesh.Payments.Storage;
using Mesh.Payments.Tests.Support;
using Mesh.Payments.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Payments.Tests.Acquiring;

/// <summary>Payments that are accepted at once and carried out later.</summary>
public abstract class AsynchronousTests(StoreKind kind) : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private FakeAcquirer acquirer = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        acquirer = await FakeAcquirer.StartAsync();
        acquirer.Answer = (request, _) => AcquirerAnswers.IsOrder(request)
            ? Task.FromResult(AcquirerAnswers.Approve(request))
            : throw AcquirerAnswers.NotFound();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await acquirer.DisposeAsync();
    }

    [Fact]
    public async Task The_answer_is_PROCESSING_at_once_and_for_ever_and_a_watcher_sees_the_outcome()
    {
        var silence = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        acquirer.Answer = async (request, _) =>
        {
            await silence.Task;
            return AcquirerAnswers.Approve(request);
        };
        await using var server = await StartAsync();
        var request = Asynchronous(Requests.Create(700));

        var accepted = await server.Client.CreatePaymentAsync(request);
        var call = server.Client.CreatePaymentAsync(request);
        var repeated = await call;
        silence.SetResult();
        using var watch = server.Client.WatchPayments(new WatchPaymentsRequest());
        var events = new[] { await NextAsync(watch), await NextAsync(watch) };

        Assert.Equal(PaymentState.Processing, accepted.State);
        Assert.Equal(accepted, repeated);
        Assert.Equal("true", (await call.ResponseHeadersAsync).GetValue("idempotent-replayed"));
        Assert.Equal([PaymentState.Processing, PaymentState.Succeeded], events.Select(one => one.Payment.State));
        Assert.Equal(accepted, await server.Client.CreatePaymentAsync(request));
        Assert.Equal(700, events[1].Payment.AmountCaptured.MinorUnits);
        Assert.Single(Orders());
        Assert.Empty(await Books.CheckAsync(server.Database));
    }

    [Fact]
    public async Task A_decline_is_the_state_of_the_payment()
    {
        acquirer.Answer = (request, _) => Task.FromResult(AcquirerAnswers.Decline(request));
        await using var server = await StartAsync();

        var accepted = await server.Client.CreatePaymentAsync(Asynchronous(Requests.Create()));
        var failed = await UntilAsync(server, accepted.Name, PaymentState.Failed);

        Assert.Equal("no_luck", failed.Failure.Code);
    }

    [Fact]
    public async Task Many_at_once_on_two_replicas_are_charged_once_each()
    {
        using var store = await TestStore.NewAsync(kind);
        await using var a = await TestServer.StartAsync(store, "a", Change);
        await using var b = await TestServer.StartAsync(store, "b", Change);

        var accepted = await Task.WhenAll(Enumerable.Range(0, 60).Select(async i =>
            await (i % 2 == 0 ? a : b).Client.CreatePaymentAsync(Asynchronous(Requests.Create(i + 1)))));
        foreach (var payment in accepted) await UntilAsync(a, payment.Name, PaymentState.Succeeded);

        Assert.Equal(60, Orders().Count);
        Assert.Equal(60, Orders().Distinct().Count());
        Assert.Empty(await Books.CheckAsync(a.Database));
    }

    [Fact]
    public async Task A_message_that_comes_again_changes_nothing_and_one_of_nothing_is_poison()
    {
        await using var server = await StartAsync();
        var accepted = await server.Client.CreatePaymentAsync(Asynchronous(Requests.Create()));
        var settled = await UntilAsync(server, accepted.Name, PaymentState.Succeeded);
        var handler = server.Services.GetServices<IMessageHandler>().Single(one => one.Type == OperationHandler.MessageType);
        var id = Orders().Single();

        await handler.HandleAsync(Message.New(handler.Type, id, DateTimeOffset.UtcNow), Token);

        Assert.Equal(settled, await server.Client.GetPaymentAsync(new GetPaymentRequest { Name = accepted.Name }));
        Assert.Single(Orders());
        await Assert.ThrowsAsync<PoisonMessageException>(() => handler.HandleAsync(Message.New(handler.Type, "nothing", DateTimeOffset.UtcNow), Token));
    }

    [Fact]
    public async Task What_the_acquirer_does_not_take_becomes_a_dead_letter_and_is_carried_out_once_it_is_replayed()
    {
        var isDown = true;
        acquirer.Answer = (request, _) => !AcquirerAnswers.IsOrder(request) ? throw AcquirerAnswers.NotFound()
            : Volatile.Read(ref isDown) ? throw AcquirerAnswers.NotAccepted()
            : Task.FromResult(AcquirerAnswers.Approve(request));
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var server = await TestServer.StartAsync(kind, Change, time);
        var deadLetters = server.Services.GetRequiredService<IDeadLetters>();
        var accepted = await server.Client.CreatePaymentAsync(Asynchronous(Requests.Create()));

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Token);
        deadline.CancelAfter(Deadline);
        IReadOnlyList<DeadLetter> dead;
        while ((dead = await deadLetters.ListAsync(10, Token)).Count == 0)
        {
            // Only while nobody is at work: what takes the machine long must not look long.
            if (await LeasedAsync(server) == 0) time.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(5, deadline.Token);
        }

        Assert.Contains("did not take operation", dead[0].Reason);
        Assert.Equal(PaymentState.Processing, (await server.Client.GetPaymentAsync(new GetPaymentRequest { Name = accepted.Name })).State);
        Volatile.Write(ref isDown, false);
        Assert.True(await deadLetters.ReplayAsync(dead[0].Message.Id, Token));
        await UntilAsync(server, accepted.Name, PaymentState.Succeeded, time);
        Assert.Single(Orders().Distinct());
    }

    [Fact]
    public async Task A_key_used_for_one_way_of_processing_is_not_good_for_the_other_and_an_unknown_way_is_refused()
    {
        await using var server = await StartAsync();
        await server.Client.CreatePaymentAsync(Requests.Create(key: "k"));

        var other = await Rpc.FailureAsync(server.Client.CreatePaymentAsync(Asynchronous(Requests.Create(key: "k"))));
        var unknown = Requests.Create();
        unknown.Processing = (ProcessingMode)7;
        var (code, _, status) = await Rpc.FailureAsync(server.Client.CreatePaymentAsync(unknown));

        Assert.Equal("IDEMPOTENCY_KEY_REUSED", other.Reason);
        Assert.Equal(StatusCode.InvalidArgument, code);
        Assert.Equal("processing", status.GetDetail<Google.Rpc.BadRequest>()!.FieldViolations.Single().Field);
    }

    private static CreatePaymentRequest Asynchronous(CreatePaymentRequest request)
    {
        request.Processing = ProcessingMode.Async;
        return request;
    }

    private List<string> Orders()
    {
        lock (acquirer.Requests) return [.. acquirer.Requests.Where(AcquirerAnswers.IsOrder).Select(AcquirerAnswers.IdOf)];
    }

    private static async Task<V1.Payment> UntilAsync(TestServer server, string name, PaymentState state, FakeTimeProvider? time = null)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Token);
        deadline.CancelAfter(Deadline);
        while (true)
        {
            var payment = await server.Client.GetPaymentAsync(new GetPaymentRequest { Name = name });
            if (payment.State == state) return payment;
            Assert.Equal(PaymentState.Processing, payment.State);
            if (time is not null && await LeasedAsync(server) == 0) time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(10, deadline.Token);
        }
    }

    private static async Task<long> LeasedAsync(TestServer server)
    {
        await using var session = await server.Database.OpenAsync(Token);
        return (await session.QueryAsync("SELECT COUNT(*) FROM messages WHERE lease IS NOT NULL", row => row.GetInt64(0), Token))[0];
    }

    private static async Task<PaymentEvent> NextAsync(AsyncServerStreamingCall<PaymentEvent> watch)
    {
        Assert.True(await watch.ResponseStream.MoveNext(Token));
        return watch.ResponseStream.Current;
    }

    private Task<TestServer> StartAsync() => TestServer.StartAsync(kind, Change);

    private PaymentsOptions Change(PaymentsOptions options) => options with
    {
        Acquirer = new AcquirerAddress(acquirer.Address),
        AcquirerTimeout = TimeSpan.FromMinutes(5),
        AcquirerWait = TimeSpan.FromSeconds(30),
    };
}
