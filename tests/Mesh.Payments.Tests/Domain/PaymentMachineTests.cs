using Mesh.Payments.Domain;

namespace Mesh.Payments.Tests.Domain;

public sealed class PaymentMachineTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    // from, request, what becomes of it (a state, or a reason of refusal)
    [InlineData("REQUIRES_CAPTURE", "capture", "SUCCEEDED")]
    [InlineData("REQUIRES_CAPTURE", "capture 400", "SUCCEEDED")]
    [InlineData("REQUIRES_CAPTURE", "capture 1001", "AMOUNT_TOO_LARGE")]
    [InlineData("REQUIRES_CAPTURE", "cancel", "CANCELED")]
    [InlineData("REQUIRES_CAPTURE", "refund", "PAYMENT_STATE_CONFLICT")]
    [InlineData("SUCCEEDED", "capture", "PAYMENT_STATE_CONFLICT")]
    [InlineData("SUCCEEDED", "cancel", "PAYMENT_STATE_CONFLICT")]
    [InlineData("SUCCEEDED", "refund", "REFUNDED")]
    [InlineData("SUCCEEDED", "refund 1000", "REFUNDED")]
    [InlineData("SUCCEEDED", "refund 1", "PARTIALLY_REFUNDED")]
    [InlineData("SUCCEEDED", "refund 1001", "AMOUNT_TOO_LARGE")]
    [InlineData("PARTIALLY_REFUNDED", "refund", "REFUNDED")]
    [InlineData("PARTIALLY_REFUNDED", "refund 600", "REFUNDED")]
    [InlineData("PARTIALLY_REFUNDED", "refund 599", "PARTIALLY_REFUNDED")]
    [InlineData("PARTIALLY_REFUNDED", "refund 601", "AMOUNT_TOO_LARGE")]
    [InlineData("PARTIALLY_REFUNDED", "cancel", "PAYMENT_STATE_CONFLICT")]
    [InlineData("PARTIALLY_REFUNDED", "capture", "PAYMENT_STATE_CONFLICT")]
    [InlineData("REFUNDED", "refund 1", "PAYMENT_STATE_CONFLICT")]
    [InlineData("REFUNDED", "capture", "PAYMENT_STATE_CONFLICT")]
    [InlineData("REFUNDED", "cancel", "PAYMENT_STATE_CONFLICT")]
    [InlineData("CANCELED", "capture", "PAYMENT_STATE_CONFLICT")]
    [InlineData("CANCELED", "cancel", "PAYMENT_STATE_CONFLICT")]
    [InlineData("CANCELED", "refund", "PAYMENT_STATE_CONFLICT")]
    [InlineData("FAILED", "capture", "PAYMENT_STATE_CONFLICT")]
    [InlineData("FAILED", "cancel", "PAYMENT_STATE_CONFLICT")]
    [InlineData("FAILED", "refund", "PAYMENT_STATE_CONFLICT")]
    public void A_request_in_a_state_gives_the_next_state_or_a_reason(string from, string request, string expected)
    {
        var payment = In(from);

        var decision = Apply(payment, request);

        var result = decision.Refusal is { } refusal
            ? UpperSnakeCase.Of(refusal.Reason.ToString())
            : UpperSnakeCase.Of(decision.Next!.State.ToString());
        Assert.Equal(expected, result);
        Assert.Equal(decision.Refusal is null, decision.Transfers.Count > 0);
        if (decision.Next is { } next) Assert.Equal(payment.Version + 1, next.Version);
    }

    [Fact]
    public void A_partial_capture_releases_the_whole_hold_and_books_what_was_captured()
    {
        var decision = Apply(In("REQUIRES_CAPTURE"), "capture 400");

        Assert.Equal([(TransferCode.Release, 1000L), (TransferCode.Capture, 400L)],
            decision.Transfers.Select(transfer => (transfer.Code, transfer.Amount.MinorUnits)));
    }

    [Fact]
    public void A_declined_card_gives_a_failed_payment_a_refusal_and_no_transfer()
    {
        var request = new NewPayment("acme", new Money("EUR", 1000), CaptureMethod.Automatic, "pm_card_insufficient_funds", "");

        var decision = PaymentMachine.Create(request, PaymentIds.New(Now), Now);

        Assert.Equal(PaymentState.Failed, decision.Next!.State);
        Assert.Equal("insufficient_funds", decision.Refusal!.Metadata["declineCode"]);
        Assert.Empty(decision.Transfers);
    }

    [Fact]
    public void Another_currency_is_refused_and_leaves_no_trace()
    {
        var decision = PaymentMachine.Refund(In("SUCCEEDED"), new Money("USD", 1), Now);

        Assert.Equal(RefusalReason.CurrencyMismatch, decision.Refusal!.Reason);
        Assert.False(decision.Refusal.IsDecided);
    }

    [Fact]
    public void Time_never_runs_backwards_for_a_payment_when_a_replicas_clock_is_late()
    {
        var payment = In("REQUIRES_CAPTURE");

        var decision = PaymentMachine.Capture(payment, null, Now - TimeSpan.FromHours(1));

        Assert.Equal(payment.UpdateTime, decision.Next!.UpdateTime);
    }

    private static Payment In(string state)
    {
        var manual = state is "REQUIRES_CAPTURE" or "CANCELED";
        var method = state == "FAILED" ? "pm_card_declined" : "pm_card_visa";
        var request = new NewPayment(
            "acme", new Money("EUR", 1000), manual ? CaptureMethod.Manual : CaptureMethod.Automatic, method, "");
        var created = PaymentMachine.Create(request, PaymentIds.New(Now), Now).Next!;
        return state switch
        {
            "CANCELED" => Apply(created, "cancel").Next!,
            "PARTIALLY_REFUNDED" => Apply(created, "refund 400").Next!,
            "REFUNDED" => Apply(created, "refund").Next!,
            _ => created,
        };
    }

    private static PaymentDecision Apply(Payment payment, string request)
    {
        var words = request.Split(' ');
        Money? amount = words.Length > 1 ? new Money("EUR", long.Parse(words[1])) : null;
        return words[0] switch
        {
            "capture" => PaymentMachine.Capture(payment, amount, Now),
            "cancel" => PaymentMachine.Cancel(payment, Now),
            "refund" => PaymentMachine.Refund(payment, amount, Now),
            _ => throw new ArgumentException(request),
        };
    }
}
