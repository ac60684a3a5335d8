using Mesh.Payments.Faults.Checking;
using Mesh.Payments.Faults.Records;
using Mesh.Payments.V1;

namespace Mesh.Payments.Faults.Tests.Checking;

/// <summary>The checker finds every kind of error that is planted, and names it and what it is about.</summary>
public sealed class CheckerTests
{
    private static readonly (string Name, Action<Story> Plant, FindingKind Kind, string Subject)[] Planted =
    [
        ("an answer was never given", story => story.Clients.RemoveAll(entry => entry is { Key: "key-charge", Kind: ClientEntryKind.Answer }),
            FindingKind.Unanswered, "key-charge"),
        ("a repeated key was answered with another payment", story => story.Clients.Add(Answer(story, "key-charge") with { Payment = "payments/taken" }),
            FindingKind.AnsweredTwice, "key-charge"),
        ("a repeated key was answered with another amount", story => story.Clients.Add(Answer(story, "capture-taken") with { Captured = 1 }),
            FindingKind.AnsweredTwice, "capture-taken"),
        ("a capture was refused that nothing speaks against",
            story => Story.Change(story.Clients, IsAnswer("capture-taken"), entry => entry with { Code = "FailedPrecondition", Reason = "PAYMENT_STATE_CONFLICT" }),
            FindingKind.RefusedWrongly, "capture-taken"),
        ("a client was told of a defect",
            story => Story.Change(story.Clients, entry => entry is { Key: "key-charge", Kind: ClientEntryKind.Failure }, entry => entry with { Code = "Internal", Reason = "INTERNAL_ERROR" }),
            FindingKind.InternalError, "key-charge"),
        ("an acknowledged payment is not in the ledger", story => Remove(story, "charge"), FindingKind.AcknowledgedAndLost, "key-charge"),
        ("a declined payment left no trace", story => Remove(story, "declined"), FindingKind.AcknowledgedAndLost, "key-declined"),
        ("a payment nobody asked for is in the ledger", story => story.ChangePayment("charge", payment => payment with { Description = "key-of-nobody" }),
            FindingKind.NeverAskedFor, "charge"),
        ("one key made two payments", story => story.ChangePayment("taken", payment => payment with { Description = "key-charge" }),
            FindingKind.PaidTwice, "key-charge"),
        ("another amount was booked than asked for", story => story.ChangePayment("held", payment => payment with { Amount = 999 }),
            FindingKind.WrongAmount, "held"),
        ("another merchant was paid", story => story.ChangePayment("charge", payment => payment with { Merchant = "other" }),
            FindingKind.WrongAmount, "charge"),
        ("a capture was acknowledged with another amount than asked for",
            story => Story.Change(story.Clients, IsAnswer("capture-taken"), entry => entry with { Captured = 701 }),
            FindingKind.WrongAmount, "taken"),
        ("an acknowledged capture is not in the ledger",
            story => story.ChangePayment("taken", payment => payment with { Captured = 0, State = PaymentState.RequiresCapture }),
            FindingKind.WrongAmount, "taken"),
        ("an acknowledged refund is not in the ledger",
            story => story.ChangePayment("partly", payment => payment with { Refunded = 0, State = PaymentState.Succeeded }),
            FindingKind.WrongAmount, "partly"),
        ("a canceled payment is held", story => story.ChangePayment("canceled", payment => payment with { State = PaymentState.RequiresCapture }),
            FindingKind.WrongState, "canceled"),
        ("a declined payment succeeded", story => story.ChangePayment("declined", payment => payment with { State = PaymentState.Succeeded }),
            FindingKind.WrongState, "declined"),
        ("a payment is not decided", story => story.ChangePayment("charge", payment => payment with { State = PaymentState.Processing }),
            FindingKind.Undecided, "charge"),
        ("a refund is not decided", story => story.ChangePayment("partly", payment => payment with { PendingOperation = "op-partly-2" }),
            FindingKind.Undecided, "partly"),
        ("an operation is pending at the acquirer", story => story.Operate("charge", "REFUND", 1, "op-open", "PENDING"),
            FindingKind.Undecided, "op-open"),
        ("a payment was charged twice", story => story.Operate("charge", "CHARGE", 1000), FindingKind.ChargedTwice, "charge"),
        ("a payment was authorized and charged", story => story.Operate("held", "CHARGE", 1000), FindingKind.ChargedTwice, "held"),
        ("a declined payment was charged after all", story => story.Operate("declined", "CHARGE", 1000), FindingKind.ChargedWithoutBooking, "declined"),
        ("a charge belongs to no payment", story => story.Operate("nobody", "CHARGE", 1000, "op-nobody"), FindingKind.ChargedWithoutBooking, "op-nobody"),
        ("an authorization of a canceled payment still holds", story => story.Acquirer.RemoveAll(entry => entry.Kind == "VOID"),
            FindingKind.ChargedWithoutBooking, "canceled"),
        ("a capture was done and not booked", story => story.Operate("held", "CAPTURE", 1000), FindingKind.ChargedWithoutBooking, "held"),
        ("the acquirer took another amount", story => Story.Change(story.Acquirer, entry => entry.Kind == "CAPTURE", entry => entry with { Amount = 701 }),
            FindingKind.ChargedWithoutBooking, "taken"),
        ("a refund was done twice", story => story.Operate("partly", "REFUND", 300), FindingKind.RefundedWithoutBooking, "partly"),
        ("a charge was booked and not done", story => story.Acquirer.RemoveAll(entry => entry.Payment == "payments/charge"),
            FindingKind.BookedWithoutAcquirer, "charge"),
        ("a refund was booked and not done", story => story.Acquirer.RemoveAll(entry => entry is { Kind: "REFUND", Payment: "payments/partly" }),
            FindingKind.BookedWithoutAcquirer, "partly"),
        ("a declined charge was booked",
            story => Story.Change(story.Acquirer, entry => entry is { Payment: "payments/charge", State: "APPROVED" }, entry => entry with { State = "DECLINED" }),
            FindingKind.BookedWithoutAcquirer, "charge"),
        ("an authorization was booked and not done", story => story.Acquirer.RemoveAll(entry => entry.Payment == "payments/held"),
            FindingKind.BookedWithoutAcquirer, "held"),
        ("a capture was booked twice", story => story.Book("charge", LedgerTransfer.CaptureCode, 1000), FindingKind.BookedTwice, "charge"),
        ("a hold was booked twice", story => story.Book("held", LedgerTransfer.HoldCode, 1000), FindingKind.BookedTwice, "held"),
        ("a refund was booked twice", story => story.Book("partly", LedgerTransfer.RefundCode, 300), FindingKind.WrongAmount, "partly"),
        ("a transfer is in another currency",
            story => Story.Change(story.Transfers, transfer => transfer is { PaymentId: "charge", Code: LedgerTransfer.CaptureCode }, transfer => transfer with { Currency = "USD" }),
            FindingKind.WrongAmount, "charge"),
        ("a transfer is not in its account's total",
            story => story.Transfers.Add(new LedgerTransfer("extra", "receivable", "payable", "EUR", 5, LedgerTransfer.CaptureCode, null)),
            FindingKind.OutOfBalance, "receivable"),
        ("one side of a transfer is missing", story => Story.Change(story.Accounts, account => account.Id == "payable", account => account with { Credits = account.Credits - 1 }),
            FindingKind.OutOfBalance, "EUR"),
        ("a transfer is of an account that does not exist", story => story.Accounts.RemoveAll(account => account.Id == "refunds"),
            FindingKind.OutOfBalance, "refunds"),
        ("a transfer belongs to a payment that does not exist",
            story => story.Transfers.Add(new LedgerTransfer("orphan", "a", "b", "EUR", 5, LedgerTransfer.CaptureCode, "nobody")),
            FindingKind.OutOfBalance, "orphan"),
        ("the acquirer decided one operation twice", story => story.Operate("charge", "CHARGE", 1000, "op-charge"), FindingKind.DecidedTwice, "op-charge"),
    ];

    public static TheoryData<string> Names => [.. Planted.Select(planted => planted.Name)];

    [Fact]
    public void A_history_in_which_all_is_right_has_no_findings() => Assert.Empty(new Story().Check());

    [Theory]
    [MemberData(nameof(Names))]
    public void An_error_is_found_when(string name)
    {
        var (_, plant, kind, subject) = Planted.Single(planted => planted.Name == name);
        var story = new Story();

        plant(story);

        Assert.Contains(story.Check(), finding => finding.Kind == kind && finding.Subject == subject);
    }

    [Fact]
    public void Every_kind_of_finding_is_planted_once_at_least() =>
        Assert.Empty(Enum.GetValues<FindingKind>().Except(Planted.Select(planted => planted.Kind)));

    [Fact]
    public void Without_an_acquirers_log_clients_and_ledger_are_compared_all_the_same()
    {
        var story = new Story();
        story.Acquirer.Clear();
        var ledger = new Ledger(story.Payments, story.Transfers, story.Accounts);

        Assert.Empty(Checker.Check(new History(story.Clients, null, ledger)));
        Assert.NotEmpty(Checker.Check(new History(story.Clients, [], ledger)));
    }

    private static Func<ClientEntry, bool> IsAnswer(string key) => entry => entry.Kind == ClientEntryKind.Answer && entry.Key == key;

    private static ClientEntry Answer(Story story, string key) => story.Clients.Single(IsAnswer(key));

    private static void Remove(Story story, string id)
    {
        story.Payments.RemoveAll(payment => payment.Id == id);
        story.Transfers.RemoveAll(transfer => transfer.PaymentId == id);
    }
}
