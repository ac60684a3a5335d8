using Mesh.Hosting;

namespace Mesh.Payments.Domain;

/// <summary>
/// The state machine of payments: what each request makes of a payment, and the ledger transfers that go with it. Pure.
/// <code>
///   create ── declined ──> FAILED
///     ├─ manual ──> REQUIRES_CAPTURE ── cancel ──> CANCELED
///     │                  └─ capture ─┐
///     └─ automatic ──────────────────┴─> SUCCEEDED ── refund ──> PARTIALLY_REFUNDED ── refund ──> REFUNDED
/// </code>
/// </summary>
internal static class PaymentMachine
{
    public static PaymentDecision Create(NewPayment request, string id, DateTimeOffset now)
    {
        Invariant.Holds(request.Amount.IsPositive, $"new payment of {request.Amount.MinorUnits}");
        var authorized = New(request, id, now);
        if (PaymentMethods.Authorize(request.PaymentMethod) is { } failure)
        {
            return Checked(null, authorized with { State = PaymentState.Failed, Failure = failure }, []) with
            {
                Refusal = new Refusal(RefusalReason.PaymentDeclined, $"the payment was declined: {failure.Message}", id)
                {
                    Metadata = new Dictionary<string, string> { ["declineCode"] = failure.Code },
                },
            };
        }

        Transfer[] hold = [Move(authorized, 1, TransferCode.Hold, request.Amount, Authorized(authorized), Holds(authorized))];
        if (request.CaptureMethod == CaptureMethod.Manual) return Checked(null, authorized, hold);
        // Held and captured in one step: the books show the authorization as they do for a manual capture.
        var captured = authorized with { State = PaymentState.Succeeded, Captured = request.Amount };
        return Checked(null, captured, [.. hold, .. CaptureTransfers(captured, 2)]);
    }

    /// <param name="amount">Null captures all that is authorized.</param>
    public static PaymentDecision Capture(Payment payment, Money? amount, DateTimeOffset now)
    {
        if (payment.State != PaymentState.RequiresCapture) return WrongState(payment, "captured", PaymentState.RequiresCapture);
        if (RefuseAmount(payment, amount, payment.Amount, "capture") is { } refusal) return PaymentDecision.Refuse(refusal);
        var next = Next(payment, now) with { State = PaymentState.Succeeded, Captured = amount ?? payment.Amount };
        return Checked(payment, next, CaptureTransfers(next, 1));
    }

    public static PaymentDecision Cancel(Payment payment, DateTimeOffset now)
    {
        if (payment.State != PaymentState.RequiresCapture) return WrongState(payment, "canceled", PaymentState.RequiresCapture);
        var next = Next(payment, now) with { State = PaymentState.Canceled };
        return Checked(payment, next, [Release(next, 1)]);
    }

    /// <param name="amount">Null refunds all that is left.</param>
    public static PaymentDecision Refund(Payment payment, Money? amount, DateTimeOffset now)
    {
        if (payment.State is not (PaymentState.Succeeded or PaymentState.PartiallyRefunded))
            return WrongState(payment, "refunded", PaymentState.Succeeded, PaymentState.PartiallyRefunded);
        var left = payment.Captured - payment.Refunded;
        if (RefuseAmount(payment, amount, left, "refund") is { } refusal) return PaymentDecision.Refuse(refusal);
        var refunded = payment.Refunded + (amount ?? left);
        var state = refunded == payment.Captured ? PaymentState.Refunded : PaymentState.PartiallyRefunded;
        var next = Next(payment, now) with { State = state, Refunded = refunded };
        var (merchant, currency) = (next.Merchant, next.Amount.Currency);
        return Checked(payment, next,
        [
            Move(next, 1, TransferCode.Refund, amount ?? left,
                ChartOfAccounts.Refunds(merchant, currency), ChartOfAccounts.Receivable(currency)),
        ]);
    }

    private static Payment New(NewPayment request, string id, DateTimeOffset now) => new()
    {
        Id = id,
        Merchant = request.Merchant,
        Amount = request.Amount,
        Captured = Money.Zero(request.Amount.Currency),
        Refunded = Money.Zero(request.Amount.Currency),
        CaptureMethod = request.CaptureMethod,
        PaymentMethod = request.PaymentMethod,
        Description = request.Description,
        State = PaymentState.RequiresCapture,
        CreateTime = now,
        UpdateTime = now,
        Version = 1,
    };

    // The replicas' clocks may differ: time never runs backwards for one payment.
    private static Payment Next(Payment payment, DateTimeOffset now) => payment with
    {
        Version = payment.Version + 1,
        UpdateTime = now > payment.UpdateTime ? now : payment.UpdateTime,
    };

    private static Transfer[] CaptureTransfers(Payment payment, int first)
    {
        var (merchant, currency) = (payment.Merchant, payment.Amount.Currency);
        return
        [
            Release(payment, first),
            Move(payment, first + 1, TransferCode.Capture, payment.Captured,
                ChartOfAccounts.Receivable(currency), ChartOfAccounts.Payable(merchant, currency)),
        ];
    }

    /// <summary>The whole hold ends at once: there is one capture, and what it leaves is not kept.</summary>
    private static Transfer Release(Payment payment, int number) =>
        Move(payment, number, TransferCode.Release, payment.Amount, Holds(payment), Authorized(payment));

    private static LedgerAccount Authorized(Payment payment) => ChartOfAccounts.Authorized(payment.Amount.Currency);

    private static LedgerAccount Holds(Payment payment) => ChartOfAccounts.Holds(payment.Merchant, payment.Amount.Currency);

    /// <summary>The id is made of payment, version and number, so that the store refuses to post a step twice.</summary>
    private static Transfer Move(
        Payment payment, int number, TransferCode code, Money amount, LedgerAccount debit, LedgerAccount credit) =>
        new($"{payment.Id}-{payment.Version}-{number}", debit, credit, amount, code, payment.Id);

    private static Refusal? RefuseAmount(Payment payment, Money? amount, Money limit, string verb)
    {
        if (amount is not { } asked) return null;
        if (asked.Currency != limit.Currency)
        {
            return new Refusal(RefusalReason.CurrencyMismatch,
                $"payment {payment.Id} is in {limit.Currency}; {verb} it in that currency, not in {asked.Currency}", payment.Id);
        }

        return asked <= limit
            ? null
            : new Refusal(RefusalReason.AmountTooLarge, $"cannot {verb} {asked} of payment {payment.Id}: {limit} is left", payment.Id);
    }

    private static PaymentDecision WrongState(Payment payment, string done, params ReadOnlySpan<PaymentState> allowed)
    {
        var names = new string[allowed.Length];
        for (var i = 0; i < allowed.Length; i++) names[i] = UpperSnakeCase.Of(allowed[i].ToString());
        var state = UpperSnakeCase.Of(payment.State.ToString());
        return PaymentDecision.Refuse(new Refusal(RefusalReason.PaymentStateConflict,
            $"payment {payment.Id} is {state}; only one that is {string.Join(" or ", names)} can be {done}", payment.Id)
        {
            Metadata = new Dictionary<string, string> { ["state"] = state },
        });
    }

    private static PaymentDecision Checked(Payment? before, Payment next, IReadOnlyList<Transfer> transfers)
    {
        next.CheckInvariants();
        if (before is not null)
        {
            Invariant.Holds(next.Version == before.Version + 1, $"payment {next.Id}: version {next.Version} after {before.Version}");
            Invariant.Holds(next.Captured >= before.Captured, $"payment {next.Id}: captured {next.Captured} after {before.Captured}");
            Invariant.Holds(next.Refunded >= before.Refunded, $"payment {next.Id}: refunded {next.Refunded} after {before.Refunded}");
        }

        foreach (var transfer in transfers)
        {
            Invariant.Holds(transfer.Amount.IsPositive, $"transfer {transfer.Id}: amount {transfer.Amount.MinorUnits}");
            Invariant.Holds(transfer.Debit.Id != transfer.Credit.Id, $"transfer {transfer.Id}: both sides are {transfer.Debit.Id}");
            Invariant.Holds(transfer.Debit.Currency == transfer.Amount.Currency && transfer.Credit.Currency == transfer.Amount.Currency,
                $"transfer {transfer.Id}: {transfer.Amount.Currency} from {transfer.Credit.Id} to {transfer.Debit.Id}");
        }

        return new PaymentDecision { Next = next, Transfers = transfers };
    }
}
