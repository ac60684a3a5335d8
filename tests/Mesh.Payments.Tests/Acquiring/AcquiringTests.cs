using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json;
using Grpc.Core;
using Mesh.Acquirer.V1;
using Mesh.Payments.Acquiring;
using Mesh.Payments.Api;
using Mesh.Payments.Storage;
using Mesh.Payments.Tests.Support;
using Mesh.Payments.V1;
using CaptureMethod = Mesh.Payments.V1.CaptureMethod;

namespace Mesh.Payments.Tests.Acquiring;

/// <summary>What callers and the acquirer see of a payment whose acquirer is silent, slow, down, or answers twice.</summary>
public abstract class AcquiringTests(StoreKind kind) : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private FakeAcquirer acquirer = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        acquirer = await FakeAcquirer.StartAsync();
        acquirer.Answer = (request, _) => Task.FromResult(AcquirerAnswers.Approve(request));
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await acquirer.DisposeAsync();
    }

    [Fact]
    public async Task While_the_acquirer_is_silent_a_payment_is_PROCESSING_and_later_it_is_what_the_acquirer_says()
    {
        var silence = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        acquirer.Answer = async (request, _) =>
        {
            await silence.Task;
            return AcquirerAnswers.Approve(request);
        };
        await using var server = await StartAsync(wait: TimeSpan.FromMilliseconds(50));
        var request = Requests.Create();

        var first = await server.Client.CreatePaymentAsync(request);
        var again = server.Client.CreatePaymentAsync(request);
        var processing = await server.Client.ListPaymentsAsync(new ListPaymentsRequest { Filter = "state = PROCESSING" });

        Assert.Equal((PaymentState.Processing, 0L), (first.State, first.AmountCaptured.MinorUnits));
        Assert.Equal(first, await again);
        Assert.Equal([first], processing.Payments);
        silence.SetResult();
        var decided = await CreateAsync(server, request);
        Assert.Equal((first.Name, PaymentState.Succeeded), (decided.Name, decided.State));
        Assert.Equal(decided, await server.Client.CreatePaymentAsync(request));
        Assert.Single(Orders());
        Assert.Empty(await Books.CheckAsync(server.Database));
    }

    [Fact]
    public async Task While_a_capture_waits_others_are_told_to_come_again_and_the_capture_itself_too()
    {
        var silence = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        acquirer.Answer = async (request, _) =>
        {
            if (request is CaptureRequest) await silence.Task;
            return AcquirerAnswers.Approve(request);
        };
        await using var server = await StartAsync(wait: TimeSpan.FromMilliseconds(50));
        var payment = await CreateAsync(server, Requests.Create(1000, capture: CaptureMethod.Manual));
        var capture = Requests.Capture(payment.Name, 600);

        var pending = await Rpc.FailureAsync(server.Client.CapturePaymentAsync(capture));
        var busy = await Rpc.FailureAsync(server.Client.CancelPaymentAsync(Requests.Cancel(payment.Name)));

        Assert.Equal((StatusCode.Aborted, "OPERATION_PENDING"), (pending.Code, pending.Reason));
        Assert.Equal((StatusCode.Aborted, "PAYMENT_BUSY"), (busy.Code, busy.Reason));
        Assert.All([pending, busy], failure => Assert.NotNull(failure.Status.GetDetail<Google.Rpc.RetryInfo>()));
        Assert.Equal(payment, await server.Client.GetPaymentAsync(new GetPaymentRequest { Name = payment.Name }));
        silence.SetResult();
        var captured = await Rpc.UntilNotBusyAsync(() => server.Client.CapturePaymentAsync(capture));
        Assert.Equal((PaymentState.Succeeded, 600L), (captured.State, captured.AmountCaptured.MinorUnits));
        Assert.Equal([typeof(AuthorizeRequest), typeof(CaptureRequest)], Orders().Select(order => order.Request.GetType()));
        Assert.Equal(Orders()[0].Id, ((CaptureRequest)Orders()[1].Request).OriginalOperationId);
        Assert.Empty(await Books.CheckAsync(server.Database));
    }

    [Fact]
    public async Task A_charge_whose_answer_was_lost_is_found_and_not_sent_again()
    {
        acquirer.Answer = (request, _) => AcquirerAnswers.IsOrder(request)
            ? throw new RpcException(new Status(StatusCode.Unavailable, "the connection broke"))
            : Task.FromResult(AcquirerAnswers.Approve(request));
        await using var server = await StartAsync();

        var payment = await CreateAsync(server, Requests.Create());

        Assert.Equal(PaymentState.Succeeded, payment.State);
        Assert.Single(Orders());
    }

    [Fact]
    public async Task A_charge_that_never_arrived_is_sent_again_with_its_id()
    {
        var refusals = 2;
        acquirer.Answer = (request, _) => !AcquirerAnswers.IsOrder(request) ? throw AcquirerAnswers.NotFound()
            : Interlocked.Decrement(ref refusals) >= 0 ? throw AcquirerAnswers.NotAccepted()
            : Task.FromResult(AcquirerAnswers.Approve(request));
        await using var server = await StartAsync();

        var payment = await CreateAsync(server, Requests.Create());

        Assert.Equal(PaymentState.Succeeded, payment.State);
        Assert.Equal(3, Orders().Count);
        Assert.Single(Orders().Select(order => order.Id).Distinct());
    }

    [Fact]
    public async Task A_declined_refund_is_a_stored_answer_and_leaves_the_payment_as_it_was()
    {
        acquirer.Answer = (request, _) => Task.FromResult(request is Mesh.Acquirer.V1.RefundRequest { Amount.MinorUnits: > 100 }
            ? AcquirerAnswers.Decline(request)
            : AcquirerAnswers.Approve(request));
        await using var server = await StartAsync();
        var payment = await CreateAsync(server, Requests.Create(1000));
        var refund = Requests.Refund(payment.Name, 500);

        var declined = await Rpc.FailureAsync(server.Client.RefundPaymentAsync(refund));
        var repeated = await Rpc.FailureAsync(server.Client.RefundPaymentAsync(refund));
        var read = await server.Client.GetPaymentAsync(new GetPaymentRequest { Name = payment.Name });
        var smaller = await server.Client.RefundPaymentAsync(Requests.Refund(payment.Name, 100));

        Assert.Equal((StatusCode.FailedPrecondition, "OPERATION_DECLINED"), (declined.Code, declined.Reason));
        Assert.Equal("no_luck", declined.Status.GetDetail<Google.Rpc.ErrorInfo>()!.Metadata["declineCode"]);
        Assert.Equal(declined.Status, repeated.Status);
        Assert.Equal(payment, read);
        Assert.Equal(100, smaller.AmountRefunded.MinorUnits);
        Assert.Equal(3, Orders().Count);
        Assert.Empty(await Books.CheckAsync(server.Database));
    }

    [Fact]
    public async Task What_a_replica_left_behind_when_it_died_is_finished_by_another()
    {
        using var store = await TestStore.NewAsync(kind);
        acquirer.Answer = (request, _) => AcquirerAnswers.IsOrder(request)
            ? Task.FromResult(AcquirerAnswers.Approve(request))
            : throw AcquirerAnswers.NotFound();
        await using var server = await StartAsync(store, "alive");
        var request = Requests.Create(777, capture: CaptureMethod.Manual, key: "left");
        await BeginAndDieAsync(server, request);

        var payment = await CreateAsync(server, request);

        Assert.Equal((PaymentState.RequiresCapture, 777L), (payment.State, payment.Amount.MinorUnits));
        Assert.Single(Orders());
        // It asked first: the dead one might have sent it.
        lock (acquirer.Requests) Assert.IsType<GetOperationRequest>(acquirer.Requests[0]);
        Assert.Empty(await Books.CheckAsync(server.Database));
    }

    [Fact]
    public async Task A_twin_on_another_replica_waits_for_the_same_answer()
    {
        using var store = await TestStore.NewAsync(kind);
        var (arrived, silence) = (new TaskCompletionSource(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        acquirer.Answer = async (request, _) =>
        {
            arrived.TrySetResult();
            await silence.Task;
            return AcquirerAnswers.Approve(request);
        };
        await using var a = await StartAsync(store, "a");
        await using var b = await StartAsync(store, "b");
        var request = Requests.Create();

        var first = a.Client.CreatePaymentAsync(request);
        await arrived.Task.WaitAsync(Deadline, Token);
        var twin = b.Client.CreatePaymentAsync(request);
        var reused = await Rpc.FailureAsync(b.Client.CreatePaymentAsync(Requests.Create(2, key: request.IdempotencyKey)));
        silence.SetResult();

        Assert.Equal((await first).Name, (await twin).Name);
        Assert.Equal(PaymentState.Succeeded, (await CreateAsync(b, request)).State);
        Assert.Equal("IDEMPOTENCY_KEY_REUSED", reused.Reason);
        Assert.Single(Orders());
    }

    [Fact]
    public async Task A_replica_whose_requests_to_the_acquirer_vanish_does_not_keep_another_from_finishing()
    {
        using var store = await TestStore.NewAsync(kind);
        var silent = 1;
        acquirer.Answer = async (request, _) =>
        {
            if (!AcquirerAnswers.IsOrder(request)) throw AcquirerAnswers.NotFound();
            if (Interlocked.Exchange(ref silent, 0) == 1) await Task.Delay(Timeout.Infinite, Token);
            return AcquirerAnswers.Approve(request);
        };
        await using var cutOff = await StartAsync(store, "cut-off", TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(10));
        var request = Requests.Create();
        Assert.Equal(PaymentState.Processing, (await cutOff.Client.CreatePaymentAsync(request)).State);

        await using var other = await StartAsync(store, "other");
        Assert.Equal(PaymentState.Succeeded, (await CreateAsync(other, request)).State);

        Assert.Equal(2, Orders().Count);
        Assert.Single(Orders().Select(order => order.Id).Distinct());
        Assert.Empty(await Books.CheckAsync(other.Database));
    }

    [Fact]
    public async Task More_payments_than_may_wait_for_the_acquirer_are_refused_and_leave_no_trace()
    {
        var (arrived, silence) = (new TaskCompletionSource(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        acquirer.Answer = async (request, _) =>
        {
            arrived.TrySetResult();
            await silence.Task;
            return AcquirerAnswers.Approve(request);
        };
        await using var server = await StartAsync(change: options => options with { AcquirerLimit = 1 });
        var first = server.Client.CreatePaymentAsync(Requests.Create(1));
        await arrived.Task.WaitAsync(Deadline, Token);
        var refused = Requests.Create(2);

        var failure = await Rpc.FailureAsync(server.Client.CreatePaymentAsync(refused));
        Assert.Single((await server.Client.ListPaymentsAsync(new ListPaymentsRequest())).Payments);
        silence.SetResult();
        await first;

        Assert.Equal((StatusCode.ResourceExhausted, "ACQUIRER_BUSY"), (failure.Code, failure.Reason));
        Assert.NotNull(failure.Status.GetDetail<Google.Rpc.RetryInfo>());
        Assert.Equal(2, (await CreateAsync(server, refused)).Amount.MinorUnits);
    }

    [Fact]
    public async Task What_was_begun_is_carried_out_though_the_caller_has_gone()
    {
        var (arrived, silence) = (new TaskCompletionSource(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        acquirer.Answer = async (request, _) =>
        {
            arrived.TrySetResult();
            await silence.Task;
            return AcquirerAnswers.Approve(request);
        };
        await using var server = await StartAsync();
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var request = Requests.Create();
        var call = server.Client.CreatePaymentAsync(request, cancellationToken: gone.Token);
        await arrived.Task.WaitAsync(Deadline, Token);
        await gone.CancelAsync();
        await Assert.ThrowsAsync<RpcException>(async () => await call);
        silence.SetResult();

        Assert.Equal(PaymentState.Succeeded, (await CreateAsync(server, request)).State);
        Assert.Single(Orders());
    }

    [Fact]
    public async Task Fees_are_kept_of_a_capture_and_not_given_back()
    {
        await using var server = await StartAsync(change: options => options with { Fee = Payments.Domain.FeeSchedule.Parse("250+30") });

        var payment = await CreateAsync(server, Requests.Create(1000));
        await server.Client.RefundPaymentAsync(Requests.Refund(payment.Name));

        await using var session = await server.Database.OpenAsync(Token);
        var balances = await session.QueryAsync("SELECT id, credits - debits FROM accounts WHERE id IN ('fees/EUR', 'merchants/default/payable/EUR') ORDER BY id",
            row => $"{row.GetString(0)} {row.GetInt64(1)}", Token);
        Assert.Equal(["fees/EUR 55", "merchants/default/payable/EUR 945"], balances);
        Assert.Empty(await Books.CheckAsync(server.Database));
    }

    [Fact]
    public async Task What_stays_unknown_is_parked_listed_for_operators_and_settled_once_it_is_tried_again()
    {
        var isDown = true;
        acquirer.Answer = (request, _) => Volatile.Read(ref isDown)
            ? throw new RpcException(new Status(StatusCode.Internal, "broken"))
            : Task.FromResult(AcquirerAnswers.Approve(request));
        var admin = new IPEndPoint(IPAddress.Loopback, FreePort.Next());
        await using var server = await StartAsync(TimeSpan.FromMilliseconds(50),
            options => options with { Admin = admin, AcquirerGiveUpAfter = TimeSpan.Zero });
        using var operators = new HttpClient { BaseAddress = new Uri($"http://{admin}") };
        var request = Requests.Create(1234);
        var processing = await server.Client.CreatePaymentAsync(request);

        var parked = await UntilListedAsync(operators, "PARKED");
        var elsewhere = await server.Http.GetAsync("/operations", Token);
        var id = parked.GetProperty("id").GetString();
        var figures = await FiguresAsync(server);
        Volatile.Write(ref isDown, false);
        var retried = await operators.PostAsync($"/operations/{id}:retry", null, Token);
        var again = await operators.PostAsync($"/operations/nothing:retry", null, Token);
        var payment = await CreateAsync(server, request);

        Assert.Equal((processing.Name, "CHARGE", "12.34 EUR"), (parked.GetProperty("payment").GetString(),
            parked.GetProperty("kind").GetString(), parked.GetProperty("amount").GetString()));
        Assert.Contains("broken", parked.GetProperty("last_error").GetString());
        Assert.Equal(HttpStatusCode.NotFound, elsewhere.StatusCode);
        Assert.Equal(1, figures["payments.acquirer.operations.parked"]);
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NotFound), (retried.StatusCode, again.StatusCode));
        Assert.Equal((PaymentState.Succeeded, processing.Name), (payment.State, payment.Name));
        Assert.Equal("[]", (await operators.GetStringAsync("/operations", Token)).Trim());
        // It was asked about before it would have been sent again, and had been done.
        Assert.Single(Orders());
    }

    private static async Task<JsonElement> UntilListedAsync(HttpClient operators, string status)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Token);
        deadline.CancelAfter(Deadline);
        while (true)
        {
            var listed = JsonSerializer.Deserialize<JsonElement>(await operators.GetStringAsync("/operations", deadline.Token));
            var found = listed.EnumerateArray().FirstOrDefault(one => one.GetProperty("status").GetString() == status);
            if (found.ValueKind != JsonValueKind.Undefined) return found;
            await Task.Delay(10, deadline.Token);
        }
    }

    /// <summary>The gauges of this server's acquirer after one look at the store.</summary>
    private static async Task<Dictionary<string, double>> FiguresAsync(TestServer server)
    {
        await ((UnsettledWatch)server.Services.GetService(typeof(UnsettledWatch))!).RunOnceAsync(Token);
        var metrics = (AcquiringMetrics)server.Services.GetService(typeof(AcquiringMetrics))!;
        var figures = new Dictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, one) =>
        {
            if (metrics.Owns(instrument)) one.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => figures[instrument.Name] = value);
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => figures[instrument.Name] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return figures;
    }

    private List<(string Id, object Request)> Orders()
    {
        lock (acquirer.Requests)
            return [.. acquirer.Requests.Where(AcquirerAnswers.IsOrder).Select(request => (AcquirerAnswers.IdOf(request), request))];
    }

    /// <summary>Writes the intent as a replica does, with a lease that is over at once.</summary>
    private static async Task BeginAndDieAsync(TestServer server, CreatePaymentRequest request)
    {
        var checks = new RequestChecks();
        var payment = checks.Payment(request.Payment);
        var settings = (MutationSettings)server.Services.GetService(typeof(MutationSettings))!;
        await using var session = await server.Database.OpenAsync(Token);
        var mutation = PaymentMutations.Create("", request.IdempotencyKey, payment, isAsynchronous: false, traceId: null);
        var batch = new MutationBatch(session, [mutation], DateTimeOffset.UtcNow, settings with { LeaseOwner = "dead", Lease = TimeSpan.Zero });
        await batch.RunAsync(Token);
    }

    /// <summary>Sends the same again until the outcome is known, as a client does.</summary>
    private static Task<V1.Payment> CreateAsync(TestServer server, CreatePaymentRequest request) => Rpc.UntilDecidedAsync(server.Client, request);

    private async Task<TestServer> StartAsync(TimeSpan? wait = null, Func<PaymentsOptions, PaymentsOptions>? change = null) =>
        await TestServer.StartAsync(kind, options => Change(change?.Invoke(options) ?? options, wait));

    private Task<TestServer> StartAsync(TestStore store, string name, TimeSpan? wait = null, TimeSpan? timeout = null) =>
        TestServer.StartAsync(store, name, options => Change(options, wait, timeout));

    private PaymentsOptions Change(PaymentsOptions options, TimeSpan? wait, TimeSpan? timeout = null) => options with
    {
        Acquirer = new AcquirerAddress(acquirer.Address),
        AcquirerTimeout = timeout ?? TimeSpan.FromSeconds(30),
        AcquirerWait = wait ?? TimeSpan.FromSeconds(30),
    };
}
