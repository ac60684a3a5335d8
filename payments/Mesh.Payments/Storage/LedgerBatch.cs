using Mesh.Hosting;
using Mesh.Payments.Accounting;

namespace Mesh.Payments.Storage;

/// <summary>
/// Several calls to the ledger in one transaction: the accounts they touch are locked, each transfer is decided in memory in
/// its turn, and what came out is written at once.
/// </summary>
/// <remarks>
/// Whether a transfer's id was used before is not looked up at first, because nearly all are new. Where one is refused, it is
/// looked up and all are decided again, since what exists is reported as that before anything else. Where one would be created, the
/// database refuses it, and the batch runs again with <paramref name="lookUp"/>. Looking happens after the accounts are locked, so
/// it sees all that was committed before.
/// </remarks>
/// <param name="lookUp">Looks up at once which of the transfers exist.</param>
internal sealed class LedgerBatch(ISqlSession session, IReadOnlyList<LedgerCall> calls, DateTimeOffset now, bool lookUp)
{
    private readonly long nowUs = Times.ToMicroseconds(now);
    private LedgerBook book = new(Times.ToMicroseconds(now));

    /// <summary>Runs and commits.</summary>
    /// <returns>For each call, in their order, its answer.</returns>
    /// <exception cref="MutationConflictException">Another writer got in between; run it again with a look-up.</exception>
    public async Task<IReadOnlyList<CommitResult<LedgerAnswer>>> RunAsync(CancellationToken cancellationToken)
    {
        await session.BeginWriteAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await OpenAsync(cancellationToken).ConfigureAwait(false);
            var results = await DecideAsync(lookUp, cancellationToken).ConfigureAwait(false);
            if (!lookUp && results.Any(result => result.Value!.Results.Any(transfer => !transfer.IsKept)))
                results = await DecideAsync(looks: true, cancellationToken).ConfigureAwait(false);
            if (book.IsChanged) await session.Ledger.WriteAsync(book, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            return results;
        }
        finally
        {
            await session.RollbackAsync().ConfigureAwait(false);
        }
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        // By id alone: of two that open one account the first wins, and the second sees whether it asked for the same.
        foreach (var group in calls.Where(call => call.Account is not null).GroupBy(call => call.Caller))
        {
            var accounts = group.Select(call => call.Account!).DistinctBy(account => account.Id).OrderBy(account => account.Id, StringComparer.Ordinal);
            await session.Ledger.OpenAsync([.. accounts], group.Key, nowUs, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<List<CommitResult<LedgerAnswer>>> DecideAsync(bool looks, CancellationToken cancellationToken)
    {
        book = new LedgerBook(nowUs);
        await LoadAsync(looks, cancellationToken).ConfigureAwait(false);
        return [.. calls.Select(Decide)];
    }

    private async Task LoadAsync(bool looks, CancellationToken cancellationToken)
    {
        var touched = new SortedSet<string>(calls.Select(call => call.Account?.Id).OfType<string>(), StringComparer.Ordinal);
        var looked = new HashSet<string>();
        foreach (var transfer in calls.SelectMany(call => call.Transfers))
        {
            if (transfer.DebitAccount is { } debit) touched.Add(debit);
            if (transfer.CreditAccount is { } credit) touched.Add(credit);
            if (looks) looked.Add(transfer.Id);
        }

        var pending = calls.SelectMany(call => call.Transfers).Select(transfer => transfer.PendingId).OfType<string>()
            .Concat(calls.SelectMany(call => call.Expired)).Distinct().ToList();
        looked.UnionWith(pending);
        // The accounts of a pending transfer never change, so they can be read before they are locked.
        foreach (var transfer in await session.Ledger.FindAsync(pending, cancellationToken).ConfigureAwait(false))
        {
            touched.Add(transfer.DebitAccount);
            touched.Add(transfer.CreditAccount);
        }

        foreach (var account in await session.Ledger.LockAsync([.. touched], cancellationToken).ConfigureAwait(false)) book.Add(account);
        foreach (var transfer in await session.Ledger.FindAsync([.. looked], cancellationToken).ConfigureAwait(false)) Add(transfer);
    }

    private void Add(LedgerTransfer transfer)
    {
        if (transfer.PendingState == PendingState.Open && (book.Find(transfer.DebitAccount) is null || book.Find(transfer.CreditAccount) is null))
            throw new MutationConflictException("a pending transfer was created while its accounts were locked");
        book.Add(transfer);
    }

    private CommitResult<LedgerAnswer> Decide(LedgerCall call)
    {
        foreach (var id in call.Expired) book.Expire(id);
        var account = call.Account is { } opened ? book.Find(opened.Id) : null;
        Invariant.Holds(call.Account is null || account is not null, $"account {call.Account?.Id} was opened and is not there");
        return new CommitResult<LedgerAnswer>(new LedgerAnswer(account, book.Decide(call.Transfers, call.Caller)));
    }
}
