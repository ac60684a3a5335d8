using Mesh.Payments.Acquiring;
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

        if (decision.Operation is not null)
        {
            Assert.Equal((payment.State, payment.Version + 1), (decision.Next!.State, decision.Next.Version));
            Assert.Empty(decision.Transfers);
            decision = Approve(decision);
        }

        var result = decision.Refusal is { } refusal
            ? UpperSnakeCase.Of(refusal.Reason.ToString())
            : UpperSnakeCase.Of(decision.Next!.State.ToString());
        Assert.Equal(expected, result);
        Assert.Equal(decision.Refusal is null, decision.Transfers.Count > 0);
        if (decision.Next is { } next) Assert.Equal(payment.Version + 2, next.Version);
    }

    [Theory]
    [InlineData("REQUIRES_CAPTURE", "capture 400")]
    [InlineData("REQUIRES_CAPTURE", "cancel")]
    [InlineData("SUCCEEDED", "refund 400")]
    public void What_the_acquirer_declines_leaves_the_payment_as_it_was_and_says_so(string from, string request)
    {
        var payment = In(from);

        var decision = Decline(Apply(payment, request));

        Assert.True(decision.Next!.LooksLike(payment));
        Assert.Null(decision.Next.PendingOperation);
        Assert.Empty(decision.Transfers);
        Assert.Equal((RefusalReason.OperationDeclined, "no_luck"), (decision.Refusal!.Reason, decision.Refusal.Metadata["declineCode"]));
        Assert.True(decision.Refusal.IsDecided);
    }

    [Theory]
    [InlineData("PROCESSING", "capture")]
    [InlineData("PROCESSING", "cancel")]
    [InlineData("PROCESSING", "refund")]
    [InlineData("REQUIRES_CAPTURE", "capture")]
    [InlineData("SUCCEEDED", "refund")]
    public void While_an_operation_waits_for_the_acquirer_no_other_begins(string from, string request)
    {
        var payment = from == "PROCESSING" ? In(from) : Apply(In(from), request).Next!;

        var decision = Apply(payment, request);

        Assert.Equal(RefusalReason.PaymentBusy, decision.Refusal!.Reason);
        Assert.False(decision.Refusal.IsDecided);
        Assert.Null(decision.Next);
    }

    [Fact]
    public void An_outcome_of_another_operation_is_never_applied()
    {
        var begun = Apply(In("SUCCEEDED"), "refund 400");

        Assert.Throws<Hosting.InvariantException>(() => PaymentMachine.Settle(
            begun.Next!, begun.Operation! with { Id = "other" }, new AcquirerOutcome.Approved("r"), default, Now));
        Assert.Throws<Hosting.InvariantException>(() => PaymentMachine.Settle(
            begun.Next!, begun.Operation!, new AcquirerOutcome.Pending(), default, Now));
    }

    [Theory]
    [InlineData("250+30", 1000, 55)]
    [InlineData("250", 1, 0)]
    [InlineData("250", 20, 1)] // half a unit counts as one
    [InlineData("0+30", 20, 20)] // never more than what was captured
    [InlineData("0", 1000, 0)]
    public void A_capture_pays_the_fee_out_of_what_the_merchant_gets(string fee, long captured, long expected)
    {
        var request = new NewPayment("acme", new Money("EUR", captured), CaptureMethod.Automatic, "pm_card_visa", "");

        var decision = Approve(PaymentMachine.Create(request, PaymentIds.New(Now), Now), FeeSchedule.Parse(fee));

        var posted = decision.Transfers.Where(transfer => transfer.Code == TransferCode.Fee).ToList();
        Assert.Equal(expected, posted.Sum(transfer => transfer.Amount.MinorUnits));
        Assert.All(posted, transfer => Assert.Equal(("merchants/acme/payable/EUR", "fees/EUR"), (transfer.Debit.Id, transfer.Credit.Id)));
    }

    [Theory]
    [InlineData("10001")]
    [InlineData("-1")]
    [InlineData("1+2+3")]
    [InlineData("2.5")]
    [InlineData("")]
    public void A_fee_that_is_none_is_refused(string text) => Assert.Throws<FormatException>(() => FeeSchedule.Parse(text));

    [Fact]
    public void A_partial_capture_releases_the_whole_hold_and_books_what_was_captured()
    {
        var decision = Approve(Apply(In("REQUIRES_CAPTURE"), "capture 400"));

        Assert.Equal([(TransferCode.Release, 1000L), (TransferCode.Capture, 400L)],
            decision.Transfers.Select(transfer => (transfer.Code, transfer.Amount.MinorUnits)));
    }

    [Fact]
    public void A_declined_card_gives_a_failed_payment_a_refusal_and_no_transfer()
    {
        var decision = Decline(new PaymentDecision { Next = In("PROCESSING"), Operation = Operation(In("PROCESSING")) });

        Assert.Equal((PaymentState.Failed, "no_luck"), (decision.Next!.State, decision.Next.Failure!.Code));
        Assert.Equal("no_luck", decision.Refusal!.Metadata["declineCode"]);
        Assert.Empty(decision.Transfers);
    }

    [Fact]
    public void Another_currency_is_refused_and_leaves_no_trace()
    {
        var decision = PaymentMachine.Refund(In("SUCCEEDED"), new Money("USD", 1));

        Assert.Equal(RefusalReason.CurrencyMismatch, decision.Refusal!.Reason);
        Assert.False(decision.Refusal.IsDecided);
    }

    [Fact]
    public void Time_never_runs_backwards_for_a_payment_when_a_replicas_clock_is_late()
    {
        var payment = In("REQUIRES_CAPTURE");

        var decision = Approve(PaymentMachine.Capture(payment, null), at: Now - TimeSpan.FromHours(1));

        Assert.Equal(payment.UpdateTime, decision.Next!.UpdateTime);
    }

    private static Payment In(string state)
    {
        var capture = state is "REQUIRES_CAPTURE" or "CANCELED" ? CaptureMethod.Manual : CaptureMethod.Automatic;
        var request = new NewPayment("acme", new Money("EUR", 1000), capture, "pm_card_visa", "");
        var begun = PaymentMachine.Create(request, "0123456789abcdef0123456789abcdef", Now);
        return state switch
        {
            "PROCESSING" => begun.Next!,
            "FAILED" => Decline(begun).Next!,
            "CANCELED" => Approve(Apply(Approve(begun).Next!, "cancel")).Next!,
            "PARTIALLY_REFUNDED" => Approve(Apply(Approve(begun).Next!, "refund 400")).Next!,
            "REFUNDED" => Approve(Apply(Approve(begun).Next!, "refund")).Next!,
            _ => Approve(begun).Next!,
        };
    }

    private static PaymentOperation Operation(Payment payment) =>
        new(payment.PendingOperation!, payment.Id, AcquirerOperationKind.Charge, payment.Amount);

    private static PaymentDecision Approve(PaymentDecision begun, FeeSchedule fees = default, DateTimeOffset? at = null) =>
        PaymentMachine.Settle(begun.Next!, begun.Operation!, new AcquirerOutcome.Approved("r"), fees, at ?? Now);

    private static PaymentDecision Decline(PaymentDecision begun) =>
        PaymentMachine.Settle(begun.Next!, begun.Operation!, new AcquirerOutcome.Declined("no_luck", "no luck"), default, Now);

    private static PaymentDecision Apply(Payment payment, string request)
    {
        var words = request.Split(' ');
        Money? amount = words.Length > 1 ? new Money("EUR", long.Parse(words[1])) : null;
        return words[0] switch
        {
            "capture" => PaymentMachine.Capture(payment, amount),
            "cancel" => PaymentMachine.Cancel(payment),
            "refund" => PaymentMachine.Refund(payment, amount),
            _ => throw new ArgumentException(request),
        };
    }
}
