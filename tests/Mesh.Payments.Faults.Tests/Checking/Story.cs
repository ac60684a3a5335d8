using Mesh.Payments.Faults.Checking;
using Mesh.Payments.Faults.Records;
using Mesh.Payments.V1;

namespace Mesh.Payments.Faults.Tests.Checking;

/// <summary>A history in which all is right, with a payment of every kind; tests plant errors into its lists.</summary>
internal sealed class Story
{
    private readonly Dictionary<string, (long Debits, long Credits)> totals = [];
    private int steps;

    public Story()
    {
        Create("charge", 1000);
        Create("declined", 1000, PaymentState.Failed);
        Create("held", 1000, PaymentState.RequiresCapture);
        Create("taken", 1000, PaymentState.RequiresCapture);
        Capture("taken", 700);
        Create("canceled", 1000, PaymentState.RequiresCapture);
        Cancel("canceled");
        Create("refunded", 1000);
        Refund("refunded", 300);
        Refund("refunded", null);
        Create("partly", 1000);
        Refund("partly", 300);
        Accounts = [.. totals.Select(total => new LedgerAccount(total.Key, "EUR", total.Value.Debits, total.Value.Credits))];
    }

    public List<ClientEntry> Clients { get; } = [];

    public List<AcquirerEntry> Acquirer { get; } = [];

    public List<LedgerPayment> Payments { get; } = [];

    public List<LedgerTransfer> Transfers { get; } = [];

    public List<LedgerAccount> Accounts { get; }

    public IReadOnlyList<Finding> Check() => Checker.Check(new History(Clients, Acquirer, new Ledger(Payments, Transfers, Accounts)));

    /// <summary>Replaces the one item that fits.</summary>
    public static void Change<T>(List<T> items, Func<T, bool> which, Func<T, T> change)
    {
        var index = items.FindIndex(item => which(item));
        Assert.Single(items, item => which(item));
        items[index] = change(items[index]);
    }

    public void ChangePayment(string id, Func<LedgerPayment, LedgerPayment> change) => Change(Payments, payment => payment.Id == id, change);

    /// <summary>Adds a transfer and to the accounts what it moves, as a service that goes wrong would.</summary>
    public void Book(string payment, int code, long amount)
    {
        var (debit, credit) = code switch
        {
            LedgerTransfer.HoldCode => ("authorized", "holds"),
            LedgerTransfer.ReleaseCode => ("holds", "authorized"),
            LedgerTransfer.CaptureCode => ("receivable", "payable"),
            _ => ("refunds", "receivable"),
        };
        Transfers.Add(new LedgerTransfer($"t{Transfers.Count}", debit, credit, "EUR", amount, code, payment));
        totals[debit] = (totals.GetValueOrDefault(debit).Debits + amount, totals.GetValueOrDefault(debit).Credits);
        totals[credit] = (totals.GetValueOrDefault(credit).Debits, totals.GetValueOrDefault(credit).Credits + amount);
        if (Accounts is null) return;
        Change(Accounts, account => account.Id == debit, account => account with { Debits = account.Debits + amount });
        Change(Accounts, account => account.Id == credit, account => account with { Credits = account.Credits + amount });
    }

    public void Operate(string payment, string kind, long amount, string? id = null, string state = "APPROVED") =>
        Acquirer.Add(new AcquirerEntry(id ?? $"op-{payment}-{++steps}", kind, "payments/" + payment,
            kind is "AUTHORIZE" or "CHARGE" ? null : $"op-{payment}", "EUR", amount, state));

    private void Create(string id, long amount, PaymentState state = PaymentState.Succeeded)
    {
        var isManual = state == PaymentState.RequiresCapture;
        var captured = state == PaymentState.Succeeded ? amount : 0;
        var isDeclined = state == PaymentState.Failed;
        Say("key-" + id, "CreatePayment", null, amount, isManual);
        Clients.Add(Clients[^1] with { Kind = ClientEntryKind.Failure, Code = "Unavailable" });
        Clients.Add(Clients[^1] with
        {
            Kind = ClientEntryKind.Answer,
            Payment = isDeclined ? null : "payments/" + id,
            Code = isDeclined ? "FailedPrecondition" : "OK",
            Reason = isDeclined ? "PAYMENT_DECLINED" : null,
            State = isDeclined ? null : state.ToString(),
            Captured = captured,
        });
        Payments.Add(new LedgerPayment(id, "acme", "EUR", amount, captured, 0, "key-" + id, state));
        // A late answer leaves two lines.
        Operate(id, isManual ? "AUTHORIZE" : "CHARGE", amount, "op-" + id, isDeclined ? "DECLINED" : "PENDING");
        if (isDeclined) return;
        Operate(id, isManual ? "AUTHORIZE" : "CHARGE", amount, "op-" + id);
        Book(id, LedgerTransfer.HoldCode, amount);
        if (isManual) return;
        Book(id, LedgerTransfer.ReleaseCode, amount);
        Book(id, LedgerTransfer.CaptureCode, amount);
    }

    private void Capture(string id, long amount)
    {
        Say($"capture-{id}", "CapturePayment", id, amount);
        Answer(PaymentState.Succeeded, amount, 0);
        ChangePayment(id, payment => payment with { Captured = amount, State = PaymentState.Succeeded });
        Operate(id, "CAPTURE", amount);
        Book(id, LedgerTransfer.ReleaseCode, 1000);
        Book(id, LedgerTransfer.CaptureCode, amount);
    }

    private void Cancel(string id)
    {
        Say($"cancel-{id}", "CancelPayment", id, null);
        Answer(PaymentState.Canceled, 0, 0);
        ChangePayment(id, payment => payment with { State = PaymentState.Canceled });
        Operate(id, "VOID", 1000);
        Book(id, LedgerTransfer.ReleaseCode, 1000);
    }

    private void Refund(string id, long? amount)
    {
        var before = Payments.Single(payment => payment.Id == id);
        var refund = amount ?? before.Captured - before.Refunded;
        var refunded = before.Refunded + refund;
        var state = refunded == before.Captured ? PaymentState.Refunded : PaymentState.PartiallyRefunded;
        Say($"refund-{id}-{refunded}", "RefundPayment", id, amount);
        Answer(state, before.Captured, refunded);
        ChangePayment(id, payment => payment with { Refunded = refunded, State = state });
        Operate(id, "REFUND", refund);
        Book(id, LedgerTransfer.RefundCode, refund);
    }

    private void Say(string key, string method, string? payment, long? amount, bool isManual = false) => Clients.Add(new ClientEntry
    {
        Kind = ClientEntryKind.Request,
        Time = DateTimeOffset.UnixEpoch,
        Key = key,
        Method = method,
        Payment = payment is null ? null : "payments/" + payment,
        Merchant = "acme",
        Currency = "EUR",
        Amount = amount,
        IsManual = isManual,
    });

    private void Answer(PaymentState state, long captured, long refunded) => Clients.Add(Clients[^1] with
    {
        Kind = ClientEntryKind.Answer,
        Code = "OK",
        State = state.ToString(),
        Captured = captured,
        Refunded = refunded,
    });
}
