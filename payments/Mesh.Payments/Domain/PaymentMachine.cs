using Mesh.Hosting;
using Mesh.Payments.Acquiring;

namespace Mesh.Payments.Domain;

/// <summary>
/// The state machine of payments, and the ledger transfers that go with it. Pure. A request that the acquirer has to carry
/// out only begins an operation; <see cref="Settle"/> makes of the acquirer's answer what becomes of the payment.
/// <code>
///   create ──> PROCESSING ── declined ──> FAILED
///                ├─ authorized ──> REQUIRES_CAPTURE ── cancel ──> CANCELED
///                │                      └─ capture ─┐
///                └─ charged ────────────────────────┴─> SUCCEEDED ── refund ──> PARTIALLY_REFUNDED ── refund ──> REFUNDED
/// </code>
/// A capture, cancellation or refund that the acquirer declines leaves the payment as it was.
/// </summary>
internal static class PaymentMachine
{
    /// <summary>The payment in state PROCESSING, and its authorization or charge.</summary>
    public static PaymentDecision Create(NewPayment request, string id, DateTimeOffset now)
    {
        Invariant.Holds(request.Amount.IsPositive, $"new payment of {request.Amount.MinorUnits}");
        var kind = request.CaptureMethod == CaptureMethod.Manual ? AcquirerOperationKind.Authorize : AcquirerOperationKind.Charge;
        return Begin(null, New(request, id, now), kind, request.Amount);
    }

    /// <param name="amount">Null captures all that is authorized.</param>
    public static PaymentDecision Capture(Payment payment, Money? amount)
    {
        if (payment.PendingOperation is not null) return Busy(payment);
        if (payment.State != PaymentState.RequiresCapture) return WrongState(payment, "captured", PaymentState.RequiresCapture);
        if (RefuseAmount(payment, amount, payment.Amount, "capture") is { } refusal) return PaymentDecision.Refuse(refusal);
        return Begin(payment, AfterUnseen(payment), AcquirerOperationKind.Capture, amount ?? payment.Amount);
    }

    public static PaymentDecision Cancel(Payment payment)
    {
        if (payment.PendingOperation is not null) return Busy(payment);
        if (payment.State != PaymentState.RequiresCapture) return WrongState(payment, "canceled", PaymentState.RequiresCapture);
        return Begin(payment, AfterUnseen(payment), AcquirerOperationKind.Void, payment.Amount);
    }

    /// <param name="amount">Null refunds all that is left.</param>
    public static PaymentDecision Refund(Payment payment, Money? amount)
    {
        if (payment.PendingOperation is not null) return Busy(payment);
        if (payment.State is not (PaymentState.Succeeded or PaymentState.PartiallyRefunded))
            return WrongState(payment, "refunded", PaymentState.Succeeded, PaymentState.PartiallyRefunded);
        var left = payment.Captured - payment.Refunded;
        if (RefuseAmount(payment, amount, left, "refund") is { } refusal) return PaymentDecision.Refuse(refusal);
        return Begin(payment, AfterUnseen(payment), AcquirerOperationKind.Refund, amount ?? left);
    }

    /// <summary>What becomes of the payment whose operation was approved or declined.</summary>
    /// <param name="fees">What we keep of a capture.</param>
    public static PaymentDecision Settle(
        Payment payment, PaymentOperation operation, AcquirerOutcome outcome, FeeSchedule fees, DateTimeOffset now)
    {
        Invariant.Holds(payment.PendingOperation == operation.Id && payment.Id == operation.PaymentId,
            $"payment {payment.Id} waits for {payment.PendingOperation}, not for {operation.Id} of {operation.PaymentId}");
        Invariant.Holds(operation.Amount.IsPositive && operation.Amount <= payment.Amount,
            $"operation {operation.Id}: {operation.Amount} of {payment.Amount}");
        return outcome switch
        {
            AcquirerOutcome.Approved => Approve(payment, operation, fees, now),
            AcquirerOutcome.Declined declined => Decline(payment, operation, declined, now),
            _ => throw new InvariantException($"operation {operation.Id} cannot be settled while it is {outcome}"),
        };
    }

    private static PaymentDecision Approve(Payment payment, PaymentOperation operation, FeeSchedule fees, DateTimeOffset now)
    {
        var next = After(payment, now);
        switch (operation.Kind)
        {
            case AcquirerOperationKind.Authorize:
                next = next with { State = PaymentState.RequiresCapture };
                return Checked(payment, next, [Hold(next)]);
            case AcquirerOperationKind.Charge:
                next = next with { State = PaymentState.Succeeded, Captured = operation.Amount };
                // Held and captured in one step: the books show the authorization as they do for a manual capture.
                return Checked(payment, next, [Hold(next), .. CaptureTransfers(next, 2, fees)]);
            case AcquirerOperationKind.Capture:
                next = next with { State = PaymentState.Succeeded, Captured = operation.Amount };
                return Checked(payment, next, CaptureTransfers(next, 1, fees));
            case AcquirerOperationKind.Void:
                next = next with { State = PaymentState.Canceled };
                return Checked(payment, next, [Release(next, 1)]);
            case AcquirerOperationKind.Refund:
                var refunded = payment.Refunded + operation.Amount;
                var state = refunded == payment.Captured ? PaymentState.Refunded : PaymentState.PartiallyRefunded;
                next = next with { State = state, Refunded = refunded };
                var (merchant, currency) = (next.Merchant, next.Amount.Currency);
                return Checked(payment, next,
                [
                    Move(next, 1, TransferCode.Refund, operation.Amount,
                        ChartOfAccounts.Refunds(merchant, currency), ChartOfAccounts.Receivable(currency)),
                ]);
            default:
                throw new InvariantException($"operation {operation.Id} is of kind {operation.Kind}");
        }
    }

    private static PaymentDecision Decline(
        Payment payment, PaymentOperation operation, AcquirerOutcome.Declined declined, DateTimeOffset now)
    {
        var metadata = new Dictionary<string, string> { ["declineCode"] = declined.Code };
        if (payment.State == PaymentState.Processing)
        {
            var failed = After(payment, now) with
            {
                State = PaymentState.Failed,
                Failure = new PaymentFailure(declined.Code, declined.Message),
            };
            return Checked(payment, failed, []) with
            {
                Refusal = new Refusal(RefusalReason.PaymentDeclined, $"the payment was declined: {declined.Message}", payment.Id)
                {
                    Metadata = metadata,
                },
            };
        }

        var what = operation.Kind.ToString().ToLowerInvariant();
        return Checked(payment, AfterUnseen(payment) with { PendingOperation = null }, []) with
        {
            Refusal = new Refusal(RefusalReason.OperationDeclined,
                $"the acquirer declined the {what} of payment {payment.Id}: {declined.Message}", payment.Id)
            {
                Metadata = metadata,
            },
        };
    }

    private static PaymentDecision Begin(Payment? before, Payment next, AcquirerOperationKind kind, Money amount)
    {
        var operation = new PaymentOperation(PaymentOperation.IdOf(next.Id, next.Version), next.Id, kind, amount);
        return Checked(before, next with { PendingOperation = operation.Id }, []) with { Operation = operation };
    }

    private static PaymentDecision Busy(Payment payment) => PaymentDecision.Refuse(new Refusal(RefusalReason.PaymentBusy,
        $"another operation of payment {payment.Id} waits for the acquirer's answer; send this one again later", payment.Id));

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
        State = PaymentState.Processing,
        CreateTime = now,
        UpdateTime = now,
        Version = 1,
    };

    // The replicas' clocks may differ: time never runs backwards for one payment.
    private static Payment After(Payment payment, DateTimeOffset now) => payment with
    {
        Version = payment.Version + 1,
        UpdateTime = now > payment.UpdateTime ? now : payment.UpdateTime,
        PendingOperation = null,
    };

    /// <summary>The next version when nothing changes that a reader sees.</summary>
    private static Payment AfterUnseen(Payment payment) => payment with { Version = payment.Version + 1 };

    private static Transfer Hold(Payment payment) =>
        Move(payment, 1, TransferCode.Hold, payment.Amount, Authorized(payment), Holds(payment));

    private static List<Transfer> CaptureTransfers(Payment payment, int first, FeeSchedule fees)
    {
        var currency = payment.Amount.Currency;
        var payable = ChartOfAccounts.Payable(payment.Merchant, currency);
        List<Transfer> transfers =
        [
            Release(payment, first),
            Move(payment, first + 1, TransferCode.Capture, payment.Captured, ChartOfAccounts.Receivable(currency), payable),
        ];
        var fee = fees.Of(payment.Captured);
        if (fee.IsPositive) transfers.Add(Move(payment, first + 2, TransferCode.Fee, fee, payable, ChartOfAccounts.Fees(currency)));
        return transfers;
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
