using Mesh.Hosting;
using Mesh.Payments.Accounting;
using Mesh.Payments.Domain;

namespace Mesh.Payments.Storage;

/// <summary>Posts the transfers of payments, which are decided already: an account is touched once however many name it.</summary>
internal static class LedgerWriter
{
    /// <exception cref="InvariantException">The ledger refuses a transfer; nothing must be committed.</exception>
    public static async Task PostAsync(
        ISqlSession session, IReadOnlyList<Transfer> transfers, long nowUs, CancellationToken cancellationToken)
    {
        if (transfers.Count == 0) return;
        var book = new LedgerBook(nowUs);
        await OpenAndLockAsync(session.Ledger, book, transfers, nowUs, cancellationToken).ConfigureAwait(false);
        var results = book.Decide([.. transfers.Select(Request)], "");
        foreach (var (transfer, result) in transfers.Zip(results))
        {
            Invariant.Holds(result.Outcome == TransferOutcome.Created,
                $"{transfer.Code} of {transfer.Amount.MinorUnits} {transfer.Amount.Currency} for payment {transfer.PaymentId}: {result.Outcome}");
        }

        await session.Ledger.WriteAsync(book, cancellationToken).ConfigureAwait(false);
    }

    private static async Task OpenAndLockAsync(
        ILedgerStatements ledger, LedgerBook book, IReadOnlyList<Transfer> transfers, long nowUs, CancellationToken cancellationToken)
    {
        var wanted = new SortedDictionary<string, LedgerAccount>(StringComparer.Ordinal);
        foreach (var transfer in transfers)
        {
            wanted[transfer.Debit.Id] = transfer.Debit;
            wanted[transfer.Credit.Id] = transfer.Credit;
        }

        foreach (var account in await ledger.LockAsync([.. wanted.Keys], cancellationToken).ConfigureAwait(false)) book.Add(account);
        var missing = wanted.Values.Where(account => book.Find(account.Id) is null).ToList();
        if (missing.Count > 0)
        {
            await ledger.OpenAsync(missing, "", nowUs, cancellationToken).ConfigureAwait(false);
            var opened = await ledger.LockAsync(missing.ConvertAll(account => account.Id), cancellationToken).ConfigureAwait(false);
            foreach (var account in opened) book.Add(account);
        }

        foreach (var rule in wanted.Values)
        {
            var account = book.Find(rule.Id);
            Invariant.Holds(account?.Rule == rule, $"account {rule} is stored as {account?.Rule}");
        }
    }

    private static TransferRequest Request(Transfer transfer) => new(
        transfer.Id, TransferKind.Immediate, transfer.Debit.Id, transfer.Credit.Id, transfer.Amount.Currency, transfer.Amount.MinorUnits,
        (short)transfer.Code)
    {
        PaymentId = transfer.PaymentId,
    };
}
