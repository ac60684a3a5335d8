using Mesh.Payments.Faults.Records;
using Mesh.Payments.V1;

namespace Mesh.Payments.Faults.Checking;

/// <summary>The ledger by itself: totals follow from transfers, payments from their transfers, debits equal credits.</summary>
internal static class LedgerRules
{
    public static IEnumerable<Finding> Check(Ledger ledger)
    {
        var transfers = ledger.Transfers.ToLookup(transfer => transfer.PaymentId);
        return Accounts(ledger)
            .Concat(Currencies(ledger))
            .Concat(ledger.Payments.SelectMany(payment => Payment(payment, [.. transfers[payment.Id]])))
            .Concat(Orphans(ledger));
    }

    private static IEnumerable<Finding> Accounts(Ledger ledger)
    {
        var debits = Sums(ledger.Transfers, transfer => transfer.Debit);
        var credits = Sums(ledger.Transfers, transfer => transfer.Credit);
        foreach (var account in ledger.Accounts)
        {
            var (debit, credit) = (debits.GetValueOrDefault(account.Id), credits.GetValueOrDefault(account.Id));
            if (account.Debits != debit || account.Credits != credit)
                yield return new Finding(FindingKind.OutOfBalance, account.Id,
                    $"debits {account.Debits}, credits {account.Credits}; its transfers sum to {debit} and {credit}");
        }

        var known = ledger.Accounts.Select(account => account.Id).ToHashSet();
        foreach (var id in debits.Keys.Union(credits.Keys).Where(id => !known.Contains(id)))
            yield return new Finding(FindingKind.OutOfBalance, id, "has transfers and is no account");
    }

    private static IEnumerable<Finding> Currencies(Ledger ledger)
    {
        foreach (var currency in ledger.Accounts.GroupBy(account => account.Currency))
        {
            var (debits, credits) = (Sum(currency, account => account.Debits), Sum(currency, account => account.Credits));
            if (debits != credits)
                yield return new Finding(FindingKind.OutOfBalance, currency.Key, $"debits are {debits}, credits {credits}");
        }
    }

    private static IEnumerable<Finding> Payment(LedgerPayment payment, IReadOnlyList<LedgerTransfer> transfers)
    {
        if (payment.State == PaymentState.Processing || payment.PendingOperation is not null)
            yield return new Finding(FindingKind.Undecided, payment.Id, $"is {payment.State}, its operation {payment.PendingOperation} is open");
        foreach (var transfer in transfers.Where(transfer => transfer.Currency != payment.Currency))
            yield return new Finding(FindingKind.WrongAmount, payment.Id, $"is in {payment.Currency}, its transfer {transfer.Id} in {transfer.Currency}");
        foreach (var code in new[] { LedgerTransfer.HoldCode, LedgerTransfer.ReleaseCode, LedgerTransfer.CaptureCode })
        {
            var count = transfers.Count(transfer => transfer.Code == code);
            if (count > 1) yield return new Finding(FindingKind.BookedTwice, payment.Id, $"has {count} transfers with code {code}");
        }

        var captured = Total(transfers, LedgerTransfer.CaptureCode);
        if (captured != payment.Captured)
            yield return new Finding(FindingKind.WrongAmount, payment.Id, $"says captured {payment.Captured}, its transfers {captured}");
        var refunded = Total(transfers, LedgerTransfer.RefundCode);
        if (refunded != payment.Refunded)
            yield return new Finding(FindingKind.WrongAmount, payment.Id, $"says refunded {payment.Refunded}, its transfers {refunded}");
        var held = Total(transfers, LedgerTransfer.HoldCode) - Total(transfers, LedgerTransfer.ReleaseCode);
        var expected = payment.State == PaymentState.RequiresCapture ? payment.Amount : 0;
        if (held != expected)
            yield return new Finding(FindingKind.WrongAmount, payment.Id, $"is {payment.State} and holds {held} instead of {expected}");
    }

    private static IEnumerable<Finding> Orphans(Ledger ledger)
    {
        var known = ledger.Payments.Select(payment => payment.Id).ToHashSet();
        return ledger.Transfers
            .Where(transfer => transfer.PaymentId is { } payment && !known.Contains(payment))
            .Select(transfer => new Finding(FindingKind.OutOfBalance, transfer.Id, $"belongs to {transfer.PaymentId}, which is no payment"));
    }

    private static long Total(IEnumerable<LedgerTransfer> transfers, int code) =>
        transfers.Where(transfer => transfer.Code == code).Sum(transfer => transfer.Amount);

    private static Dictionary<string, Int128> Sums(IEnumerable<LedgerTransfer> transfers, Func<LedgerTransfer, string> side) =>
        transfers.GroupBy(side).ToDictionary(group => group.Key, group => Sum(group, transfer => transfer.Amount));

    private static Int128 Sum<T>(IEnumerable<T> items, Func<T, long> amount) =>
        items.Aggregate((Int128)0, (sum, item) => sum + amount(item));
}
