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
    private readonly List<AuditEntry> audit = [];
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
            await AuditWriter.AppendAsync(session, audit, now, cancellationToken).ConfigureAwait(false);
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
        audit.Clear();
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
        var expired = call.Expired.Where(book.Expire).ToList();
        var account = call.Account is { } opened ? book.Find(opened.Id) : null;
        Invariant.Holds(call.Account is null || account is not null, $"account {call.Account?.Id} was opened and is not there");
        var answer = new LedgerAnswer(account, book.Decide(call.Transfers, call.Caller));
        Note(call, answer, expired);
        return new CommitResult<LedgerAnswer>(answer);
    }

    /// <summary>A call that changed nothing, because it was refused or came before, leaves no row.</summary>
    private void Note(LedgerCall call, LedgerAnswer answer, List<string> expired)
    {
        // An account that is as old as this batch was opened by it.
        if (answer.Account is { } account && account.CreateTimeUs == nowUs && account.Rule == call.Account) Add(account.Id, "OK");
        if (expired.Count > 0) Add(expired[0], $"{expired.Count} expired");
        var created = answer.Results.Count(result => result.Outcome == TransferOutcome.Created);
        if (created > 0) Add(call.Transfers[0].Id, created == call.Transfers.Count ? "OK" : $"{created} of {call.Transfers.Count} created");

        void Add(string key, string outcome) => audit.Add(new AuditEntry(call.Caller, call.Method, null, key, outcome, call.TraceId));
    }
}
