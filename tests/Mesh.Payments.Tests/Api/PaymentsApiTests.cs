using Grpc.Core;
using Mesh.Payments.Tests.Support;
using Mesh.Payments.V1;

namespace Mesh.Payments.Tests.Api;

public abstract class PaymentsApiTests(StoreKind kind)
{
    [Fact]
    public async Task A_payment_is_authorized_captured_and_refunded_and_the_books_balance()
    {
        await using var server = await TestServer.StartAsync(kind);

        var created = await server.Client.CreatePaymentAsync(Requests.Create(1000, capture: CaptureMethod.Manual));
        var captured = await server.Client.CapturePaymentAsync(Requests.Capture(created.Name, 800));
        var partly = await server.Client.RefundPaymentAsync(Requests.Refund(created.Name, 300));
        var refunded = await server.Client.RefundPaymentAsync(Requests.Refund(created.Name));
        var read = await server.Client.GetPaymentAsync(new GetPaymentRequest { Name = created.Name });

        Assert.Equal(
            [PaymentState.RequiresCapture, PaymentState.Succeeded, PaymentState.PartiallyRefunded, PaymentState.Refunded],
            new[] { created, captured, partly, refunded }.Select(payment => payment.State));
        Assert.Equal((800, 800), (refunded.AmountCaptured.MinorUnits, refunded.AmountRefunded.MinorUnits));
        Assert.Equal(refunded, read);
        Assert.Empty(await Books.CheckAsync(server.Database));
    }

    [Fact]
    public async Task A_declined_payment_is_an_error_that_names_the_payment_which_stays_readable()
    {
        await using var server = await TestServer.StartAsync(kind);

        var (code, reason, status) = await Rpc.FailureAsync(
            server.Client.CreatePaymentAsync(Requests.Create(method: "pm_card_declined")));
        var name = status.GetDetail<Google.Rpc.ErrorInfo>()!.Metadata["payment"];
        var payment = await server.Client.GetPaymentAsync(new GetPaymentRequest { Name = name });

        Assert.Equal((StatusCode.FailedPrecondition, "PAYMENT_DECLINED"), (code, reason));
        Assert.Equal((PaymentState.Failed, "generic_decline"), (payment.State, payment.Failure.Code));
    }

    [Fact]
    public async Task All_wrong_fields_are_named_at_once()
    {
        await using var server = await TestServer.StartAsync(kind);
        var request = new CreatePaymentRequest
        {
            Payment = new V1.Payment
            {
                Amount = new Money { CurrencyCode = "eur", MinorUnits = -1 },
                PaymentMethod = "pm_card_unknown",
                Merchant = "A merchant",
                Description = new string('x', 501),
            },
        };

        var (code, _, status) = await Rpc.FailureAsync(server.Client.CreatePaymentAsync(request));

        Assert.Equal(StatusCode.InvalidArgument, code);
        Assert.Equal(
            [
                "idempotency_key", "payment.amount.currency_code", "payment.amount.minor_units", "payment.description",
                "payment.merchant", "payment.payment_method",
            ],
            status.GetDetail<Google.Rpc.BadRequest>()!.FieldViolations.Select(violation => violation.Field).Order());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(1_000_000_000_000)]
    [InlineData(long.MaxValue)]
    public async Task An_amount_out_of_bounds_is_refused(long minorUnits)
    {
        await using var server = await TestServer.StartAsync(kind);

        var (code, _, status) = await Rpc.FailureAsync(server.Client.CreatePaymentAsync(Requests.Create(minorUnits)));

        Assert.Equal(StatusCode.InvalidArgument, code);
        Assert.Equal("payment.amount.minor_units", status.GetDetail<Google.Rpc.BadRequest>()!.FieldViolations.Single().Field);
    }

    [Fact]
    public async Task An_unknown_payment_is_not_found_and_a_name_of_another_form_is_invalid()
    {
        await using var server = await TestServer.StartAsync(kind);
        var unknown = "payments/" + new string('0', 32);

        var get = await Rpc.FailureAsync(server.Client.GetPaymentAsync(new GetPaymentRequest { Name = unknown }));
        var capture = await Rpc.FailureAsync(server.Client.CapturePaymentAsync(Requests.Capture(unknown)));
        var malformed = await Rpc.FailureAsync(server.Client.GetPaymentAsync(new GetPaymentRequest { Name = "payments/1" }));

        Assert.Equal((StatusCode.NotFound, "PAYMENT_NOT_FOUND"), (get.Code, get.Reason));
        Assert.Equal((StatusCode.NotFound, "PAYMENT_NOT_FOUND"), (capture.Code, capture.Reason));
        Assert.Equal(StatusCode.InvalidArgument, malformed.Code);
    }

    [Fact]
    public async Task A_refund_of_more_than_was_captured_says_what_is_left()
    {
        await using var server = await TestServer.StartAsync(kind);
        var payment = await server.Client.CreatePaymentAsync(Requests.Create(1000));

        var (code, reason, status) = await Rpc.FailureAsync(server.Client.RefundPaymentAsync(Requests.Refund(payment.Name, 1001)));

        Assert.Equal((StatusCode.FailedPrecondition, "AMOUNT_TOO_LARGE"), (code, reason));
        Assert.Contains("10.00 EUR is left", status.Message);
    }

    [Fact]
    public async Task Racing_refunds_never_give_back_more_than_was_captured()
    {
        await using var server = await TestServer.StartAsync(kind);
        var payment = await server.Client.CreatePaymentAsync(Requests.Create(1000));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 30).Select(async _ =>
        {
            var request = Requests.Refund(payment.Name, 100);
            try
            {
                await Rpc.UntilNotBusyAsync(() => server.Client.RefundPaymentAsync(request));
                return true;
            }
            catch (RpcException exception) when (exception.StatusCode == StatusCode.FailedPrecondition)
            {
                return false;
            }
        }));

        Assert.Equal(10, outcomes.Count(refunded => refunded));
        Assert.Empty(await Books.CheckAsync(server.Database));
    }

    [Fact]
    public async Task Racing_refunds_on_two_replicas_never_give_back_more_than_was_captured()
    {
        using var store = await TestStore.NewAsync(kind);
        await using var a = await TestServer.StartAsync(store, "payments-a");
        await using var b = await TestServer.StartAsync(store, "payments-b");
        var payment = await a.Client.CreatePaymentAsync(Requests.Create(1000));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            var request = Requests.Refund(payment.Name, 100);
            try
            {
                await Rpc.UntilNotBusyAsync(() => (i % 2 == 0 ? a : b).Client.RefundPaymentAsync(request));
                return true;
            }
            catch (RpcException exception) when (exception.StatusCode == StatusCode.FailedPrecondition)
            {
                return false;
            }
        }));

        Assert.Equal(10, outcomes.Count(refunded => refunded));
        Assert.Empty(await Books.CheckAsync(a.Database));
    }
}
