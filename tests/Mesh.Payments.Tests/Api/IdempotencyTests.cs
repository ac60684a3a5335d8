using Grpc.Core;
using Mesh.Payments.Tests.Support;
using Mesh.Payments.V1;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Payments.Tests.Api;

public abstract class IdempotencyTests(StoreKind kind)
{
    [Fact]
    public async Task A_repeated_request_gets_the_same_answer_and_says_so_though_the_payment_went_on()
    {
        await using var server = await TestServer.StartAsync(kind);
        var request = Requests.Create();
        var first = await server.Client.CreatePaymentAsync(request);
        await server.Client.RefundPaymentAsync(Requests.Refund(first.Name));

        var call = server.Client.CreatePaymentAsync(request);
        var repeated = await call;

        Assert.Equal(first, repeated);
        Assert.Equal("true", (await call.ResponseHeadersAsync).GetValue("idempotent-replayed"));
        Assert.Single((await server.Client.ListPaymentsAsync(new ListPaymentsRequest())).Payments);
    }

    [Fact]
    public async Task Twins_at_the_same_time_make_one_payment()
    {
        await using var server = await TestServer.StartAsync(kind);
        var request = Requests.Create();

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ => await server.Client.CreatePaymentAsync(request)));

        Assert.Single(answers.Select(payment => payment.Name).Distinct());
        Assert.Single((await server.Client.ListPaymentsAsync(new ListPaymentsRequest())).Payments);
        Assert.Empty(await Books.CheckAsync(server.Database));
    }

    [Fact]
    public async Task A_key_with_other_parameters_or_another_method_is_refused()
    {
        await using var server = await TestServer.StartAsync(kind);
        var payment = await server.Client.CreatePaymentAsync(Requests.Create(1000, key: "k"));

        var other = await Rpc.FailureAsync(server.Client.CreatePaymentAsync(Requests.Create(1001, key: "k")));
        var method = await Rpc.FailureAsync(server.Client.RefundPaymentAsync(Requests.Refund(payment.Name, key: "k")));

        Assert.Equal((StatusCode.InvalidArgument, "IDEMPOTENCY_KEY_REUSED"), (other.Code, other.Reason));
        Assert.Equal((StatusCode.InvalidArgument, "IDEMPOTENCY_KEY_REUSED"), (method.Code, method.Reason));
    }

    [Fact]
    public async Task A_failure_that_was_decided_is_repeated_and_one_of_validation_is_not()
    {
        await using var server = await TestServer.StartAsync(kind);
        var declined = Requests.Create(method: "pm_card_declined", key: "declined");
        var first = await Rpc.FailureAsync(server.Client.CreatePaymentAsync(declined));
        var repeated = await Rpc.FailureAsync(server.Client.CreatePaymentAsync(declined));

        await Rpc.FailureAsync(server.Client.CreatePaymentAsync(Requests.Create(-1, key: "corrected")));
        var corrected = await server.Client.CreatePaymentAsync(Requests.Create(1, key: "corrected"));

        Assert.Equal(first.Status, repeated.Status);
        Assert.Equal(PaymentState.Succeeded, corrected.State);
        Assert.Equal(2, (await server.Client.ListPaymentsAsync(new ListPaymentsRequest())).Payments.Count);
    }

    [Fact]
    public async Task A_wrong_state_stays_the_answer_when_the_payment_would_allow_it_later()
    {
        await using var server = await TestServer.StartAsync(kind);
        var payment = await server.Client.CreatePaymentAsync(Requests.Create(capture: CaptureMethod.Manual));
        var refund = Requests.Refund(payment.Name);
        var first = await Rpc.FailureAsync(server.Client.RefundPaymentAsync(refund));
        await server.Client.CapturePaymentAsync(Requests.Capture(payment.Name));

        var repeated = await Rpc.FailureAsync(server.Client.RefundPaymentAsync(refund));

        Assert.Equal(first.Status, repeated.Status);
    }

    [Fact]
    public async Task Two_replicas_on_one_store_share_keys_and_payments()
    {
        using var store = await TestStore.NewAsync(kind);
        await using var a = await TestServer.StartAsync(store, "payments-a");
        await using var b = await TestServer.StartAsync(store, "payments-b");
        var request = Requests.Create();

        var first = await a.Client.CreatePaymentAsync(request);
        var repeated = await b.Client.CreatePaymentAsync(request);
        var read = await b.Client.GetPaymentAsync(new GetPaymentRequest { Name = first.Name });

        Assert.Equal(first, repeated);
        Assert.Equal(first, read);
    }

    [Fact]
    public async Task Twins_on_two_replicas_make_one_payment_each_and_the_books_balance()
    {
        using var store = await TestStore.NewAsync(kind);
        await using var a = await TestServer.StartAsync(store, "payments-a");
        await using var b = await TestServer.StartAsync(store, "payments-b");
        var requests = Enumerable.Range(0, 40).Select(i => Requests.Create(i + 1)).ToList();

        var answers = await Task.WhenAll(requests.SelectMany(request => new[] { a, b, a, b }.Select(async replica =>
            (request.IdempotencyKey, (await replica.Client.CreatePaymentAsync(request)).Name))));

        Assert.Equal(40, answers.Distinct().Count());
        Assert.Equal(40, (await a.Client.ListPaymentsAsync(new ListPaymentsRequest { PageSize = 100 })).Payments.Count);
        Assert.Empty(await Books.CheckAsync(a.Database));
    }

    [Fact]
    public async Task A_key_is_free_again_after_its_lifetime()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var server = await TestServer.StartAsync(kind, time: time);
        var request = Requests.Create();
        var first = await server.Client.CreatePaymentAsync(request);

        time.Advance(TimeSpan.FromHours(47));
        var within = await server.Client.CreatePaymentAsync(request);
        time.Advance(TimeSpan.FromHours(2));
        var after = await server.Client.CreatePaymentAsync(request);

        Assert.Equal(first.Name, within.Name);
        Assert.NotEqual(first.Name, after.Name);
    }
}
