using Mesh.Payments.Faults.Records;
using Mesh.Payments.V1;

namespace Mesh.Payments.Faults.Checking;

/// <summary>The acquirer against the ledger: what either says was held, taken and given back is the same, payment by payment.</summary>
internal static class AcquirerRules
{
    private const string Collection = "payments/";

    public static IEnumerable<Finding> Check(IReadOnlyList<AcquirerEntry> log, Ledger ledger)
    {
        var findings = new List<Finding>();
        var operations = Decided(log, findings);
        var byPayment = operations.ToLookup(operation => operation.Payment);
        var known = ledger.Payments.Select(payment => Collection + payment.Id).ToHashSet();
        foreach (var operation in operations.Where(operation => !known.Contains(operation.Payment)))
            findings.Add(new Finding(FindingKind.ChargedWithoutBooking, operation.Id, $"is a {operation.Kind} of {operation.Payment}, which is not in the ledger"));
        foreach (var payment in ledger.Payments) Compare(payment, [.. byPayment[Collection + payment.Id]], findings);
        return findings;
    }

    /// <summary>The approved operations; each decided once.</summary>
    private static List<AcquirerEntry> Decided(IReadOnlyList<AcquirerEntry> log, List<Finding> findings)
    {
        var approved = new List<AcquirerEntry>();
        foreach (var operation in log.GroupBy(entry => entry.Id))
        {
            var decisions = operation.Where(entry => entry.State != "PENDING").ToList();
            if (decisions.Count == 0) findings.Add(new Finding(FindingKind.Undecided, operation.Key, "is pending at the acquirer"));
            if (decisions.Count > 1) findings.Add(new Finding(FindingKind.DecidedTwice, operation.Key, $"has {decisions.Count} decisions in the acquirer's log"));
            approved.AddRange(decisions.Where(entry => entry.State == "APPROVED"));
        }

        return approved;
    }

    private static void Compare(LedgerPayment payment, IReadOnlyList<AcquirerEntry> operations, List<Finding> findings)
    {
        // Undecided is found by itself, and what the ledger does not say yet cannot be compared.
        if (payment.State == PaymentState.Processing && operations.Count == 0) return;
        foreach (var operation in operations.Where(operation => operation.Currency != payment.Currency))
            Add(FindingKind.WrongAmount, $"is in {payment.Currency}, operation {operation.Id} at the acquirer in {operation.Currency}");
        var firsts = operations.Where(operation => operation.Kind is "AUTHORIZE" or "CHARGE").ToList();
        if (firsts.Count > 1) Add(FindingKind.ChargedTwice, $"has {firsts.Count} approved authorizations or charges: {string.Join(", ", firsts.Select(operation => operation.Id))}");
        foreach (var first in firsts.Where(operation => operation.Amount != payment.Amount))
            Add(FindingKind.WrongAmount, $"is about {payment.Amount}, operation {first.Id} at the acquirer about {first.Amount}");

        var captured = Sum("CHARGE") + Sum("CAPTURE");
        Differ(captured, payment.Captured, "taken", FindingKind.ChargedWithoutBooking);
        Differ(Sum("REFUND"), payment.Refunded, "given back", FindingKind.RefundedWithoutBooking);
        var ended = operations.Where(operation => operation.Kind is "CAPTURE" or "VOID").Select(operation => operation.Original).ToHashSet();
        var held = operations.Where(operation => operation.Kind == "AUTHORIZE" && !ended.Contains(operation.Id)).Sum(operation => operation.Amount);
        Differ(held, payment.State == PaymentState.RequiresCapture ? payment.Amount : 0, "held", FindingKind.ChargedWithoutBooking);

        void Differ(long acquirer, long ledger, string what, FindingKind more)
        {
            if (acquirer > ledger) Add(more, $"the acquirer has {what} {acquirer}, the ledger {ledger}");
            if (acquirer < ledger) Add(FindingKind.BookedWithoutAcquirer, $"the ledger has {what} {ledger}, the acquirer {acquirer}");
        }

        long Sum(string kind) => operations.Where(operation => operation.Kind == kind).Sum(operation => operation.Amount);

        void Add(FindingKind kind, string text) => findings.Add(new Finding(kind, payment.Id, text));
    }
}
