using Mesh.Hosting;

namespace Mesh.Payments.Accounting;

/// <summary>
/// Decides transfers one after the other on accounts in memory: each sees what those before it did. Pure; what it changed is
/// then written by the store that lent it the accounts, which must be locked until then.
/// </summary>
/// <remarks>The semantics are TigerBeetle's (docs.tigerbeetle.com/reference/transfer), with ids and times of our own.</remarks>
/// <param name="nowUs">The time of all transfers that are created. Microseconds since 1970.</param>
internal sealed class LedgerBook(long nowUs)
{
    private readonly Dictionary<string, Account> accounts = [];
    private readonly Dictionary<string, LedgerTransfer> transfers = [];
    private readonly HashSet<LedgerTransfer> stored = [];
    private readonly List<LedgerTransfer> created = [];
    private readonly List<LedgerTransfer> resolved = [];
    private readonly HashSet<Account> changed = [];

    /// <summary>What the transfers of the chain that is being decided did, to be undone when a later one is refused.</summary>
    private readonly Stack<Action> undo = [];
    private bool inChain;

    /// <summary>Microseconds since 1970.</summary>
    public long NowUs => nowUs;

    /// <summary>In the order of their decisions.</summary>
    public IReadOnlyList<LedgerTransfer> Created => created;

    /// <summary>Pending transfers of earlier batches whose state changed.</summary>
    public IReadOnlyList<LedgerTransfer> Resolved => resolved;

    /// <summary>Accounts whose totals may have changed.</summary>
    public IReadOnlyCollection<Account> Changed => changed;

    public bool IsChanged => created.Count + resolved.Count > 0;

    public void Add(Account account) => accounts.Add(account.Id, account);

    public Account? Find(string id) => accounts.GetValueOrDefault(id);

    /// <summary>A transfer of an earlier batch.</summary>
    public void Add(LedgerTransfer transfer)
    {
        transfers.Add(transfer.Id, transfer);
        stored.Add(transfer);
    }

    /// <summary>Decides the transfers of one call, in their order.</summary>
    /// <param name="createdBy">The caller, for the record.</param>
    /// <returns>For each request its result.</returns>
    public TransferResult[] Decide(IReadOnlyList<TransferRequest> requests, string createdBy)
    {
        var results = new TransferResult[requests.Count];
        for (var first = 0; first < requests.Count;)
        {
            var last = first;
            while (last < requests.Count && requests[last].IsLinked) last++;
            if (last == first) results[first] = Decide(requests[first], createdBy);
            else if (last < requests.Count) DecideChain(requests, first, last, createdBy, results);
            else FailChain(results, first, last - 1, last - 1, TransferOutcome.LinkedChainOpen);
            first = last + 1;
        }

        return results;
    }

    /// <summary>Ends a reservation whose time is over, unless something else ended it before.</summary>
    /// <returns>Whether it did.</returns>
    public bool Expire(string pendingId)
    {
        if (!transfers.TryGetValue(pendingId, out var pending) || pending.PendingState != PendingState.Open || !IsOver(pending)) return false;
        Resolve(pending, PendingState.Expired);
        return true;
    }

    private void DecideChain(IReadOnlyList<TransferRequest> requests, int first, int last, string createdBy, TransferResult[] results)
    {
        var createdBefore = created.Count;
        inChain = true;
        var failed = -1;
        for (var i = first; i <= last && failed < 0; i++)
        {
            results[i] = Decide(requests[i], createdBy);
            if (!results[i].IsKept) failed = i;
        }

        inChain = false;
        var outcome = failed < 0 ? TransferOutcome.LinkedChainDiffers : results[failed].Outcome;
        // A chain commits as a whole: when only a part of it exists, that part was not created by this chain.
        if (failed < 0 && created.Count - createdBefore is var count && count > 0 && count <= last - first)
            failed = Array.FindIndex(results, first, result => result.Outcome == TransferOutcome.Exists);
        if (failed >= 0)
        {
            while (undo.TryPop(out var back)) back();
            FailChain(results, first, last, failed, outcome);
        }

        undo.Clear();
    }

    private static void FailChain(TransferResult[] results, int first, int last, int failed, TransferOutcome outcome)
    {
        for (var i = first; i <= last; i++)
            results[i] = new TransferResult(i == failed ? outcome : TransferOutcome.LinkedTransferFailed);
    }

    private TransferResult Decide(TransferRequest request, string createdBy)
    {
        if (transfers.TryGetValue(request.Id, out var existing))
        {
            return IsSame(request, existing)
                ? new TransferResult(TransferOutcome.Exists, existing.CreateTimeUs)
                : new TransferResult(TransferOutcome.ExistsWithDifferentFields);
        }

        var outcome = request.Kind is TransferKind.Immediate or TransferKind.Pending
            ? DecideNew(request, createdBy)
            : DecideResolution(request, createdBy);
        return new TransferResult(outcome, outcome == TransferOutcome.Created ? nowUs : 0);
    }

    private TransferOutcome DecideNew(TransferRequest request, string createdBy)
    {
        if (!accounts.TryGetValue(request.DebitAccount!, out var debit)) return TransferOutcome.DebitAccountNotFound;
        if (!accounts.TryGetValue(request.CreditAccount!, out var credit)) return TransferOutcome.CreditAccountNotFound;
        if (debit.Rule.Currency != request.Currency || credit.Rule.Currency != request.Currency) return TransferOutcome.CurrencyMismatch;
        var amount = request.Amount!.Value;
        if (debit.OverflowsWithDebit(amount) || credit.OverflowsWithCredit(amount)) return TransferOutcome.Overflow;
        if (debit.ExceededByDebit(amount)) return TransferOutcome.ExceedsDebitAccountBalance;
        if (credit.ExceededByCredit(amount)) return TransferOutcome.ExceedsCreditAccountBalance;

        if (request.Kind == TransferKind.Immediate) Post(debit, credit, amount);
        else Reserve(debit, credit, amount);
        Create(request, debit, credit, amount, request.Code, createdBy);
        return TransferOutcome.Created;
    }

    private TransferOutcome DecideResolution(TransferRequest request, string createdBy)
    {
        if (!transfers.TryGetValue(request.PendingId!, out var pending)) return TransferOutcome.PendingTransferNotFound;
        if (pending.Kind != TransferKind.Pending) return TransferOutcome.TransferNotPending;
        if (Differs(request.DebitAccount, pending.DebitAccount) || Differs(request.CreditAccount, pending.CreditAccount)
            || Differs(request.Currency, pending.Currency) || (request.Code != 0 && request.Code != pending.Code))
            return TransferOutcome.DiffersFromPendingTransfer;
        var amount = request.Amount ?? pending.Amount;
        if (amount > pending.Amount) return TransferOutcome.ExceedsPendingAmount;
        if (request.Kind == TransferKind.VoidPending && amount != pending.Amount) return TransferOutcome.DiffersFromPendingTransfer;
        switch (pending.PendingState)
        {
            case PendingState.Posted: return TransferOutcome.PendingTransferPosted;
            case PendingState.Voided: return TransferOutcome.PendingTransferVoided;
            case PendingState.Expired: return TransferOutcome.PendingTransferExpired;
            default:
                // Whether or not the reservation has been released yet: what is late is late.
                if (IsOver(pending)) return TransferOutcome.PendingTransferExpired;
                break;
        }

        Resolve(pending, request.Kind == TransferKind.PostPending ? PendingState.Posted : PendingState.Voided);
        var (debit, credit) = (Locked(pending.DebitAccount), Locked(pending.CreditAccount));
        if (request.Kind == TransferKind.PostPending) Post(debit, credit, amount);
        Create(request, debit, credit, amount, pending.Code, createdBy);
        return TransferOutcome.Created;

        static bool Differs(string? given, string pending) => given is not null && given != pending;
    }

    private void Create(TransferRequest request, Account debit, Account credit, long amount, short code, string createdBy)
    {
        var isPosted = request.Kind is TransferKind.Immediate or TransferKind.PostPending;
        var transfer = new LedgerTransfer
        {
            Id = request.Id,
            Kind = request.Kind,
            DebitAccount = debit.Id,
            CreditAccount = credit.Id,
            Currency = debit.Rule.Currency,
            Amount = amount,
            Code = code,
            PaymentId = request.PaymentId,
            PendingId = request.PendingId,
            PendingState = request.Kind == TransferKind.Pending ? PendingState.Open : null,
            ExpireTimeUs = request.TimeoutUs is { } timeout ? checked(nowUs + timeout) : null,
            DebitEntry = isPosted ? debit.Entries : null,
            CreditEntry = isPosted ? credit.Entries : null,
            DebitBalance = isPosted ? debit.Balance : null,
            CreditBalance = isPosted ? credit.Balance : null,
            CreatedBy = createdBy,
            CreateTimeUs = nowUs,
        };
        transfers.Add(transfer.Id, transfer);
        created.Add(transfer);
        if (!inChain) return;
        undo.Push(() =>
        {
            transfers.Remove(transfer.Id);
            created.RemoveAt(created.Count - 1);
        });
    }

    private void Post(Account debit, Account credit, long amount)
    {
        debit.Post(amount, 0, 1);
        credit.Post(0, amount, 1);
        changed.Add(debit);
        changed.Add(credit);
        if (!inChain) return;
        undo.Push(() =>
        {
            debit.Post(-amount, 0, -1);
            credit.Post(0, -amount, -1);
        });
    }

    private void Reserve(Account debit, Account credit, long amount)
    {
        debit.Reserve(amount, 0);
        credit.Reserve(0, amount);
        changed.Add(debit);
        changed.Add(credit);
        if (!inChain) return;
        undo.Push(() =>
        {
            debit.Reserve(-amount, 0);
            credit.Reserve(0, -amount);
        });
    }

    private void Resolve(LedgerTransfer pending, PendingState state)
    {
        Invariant.Holds(pending.PendingState == PendingState.Open, $"transfer {pending.Id} is {pending.PendingState}, not open");
        Reserve(Locked(pending.DebitAccount), Locked(pending.CreditAccount), -pending.Amount);
        pending.PendingState = state;
        // One that this batch created itself is written with its last state anyway.
        var isStored = stored.Contains(pending);
        if (isStored) resolved.Add(pending);
        if (!inChain) return;
        undo.Push(() =>
        {
            pending.PendingState = PendingState.Open;
            if (isStored) resolved.RemoveAt(resolved.Count - 1);
        });
    }

    private bool IsOver(LedgerTransfer pending) => pending.ExpireTimeUs <= nowUs;

    private Account Locked(string id)
    {
        var isLocked = accounts.TryGetValue(id, out var account);
        Invariant.Holds(isLocked, $"the account {id} of a pending transfer is not locked");
        return account!;
    }

    private bool IsSame(TransferRequest request, LedgerTransfer existing)
    {
        var isResolution = request.Kind is TransferKind.PostPending or TransferKind.VoidPending;
        if (request.Kind != existing.Kind || request.PendingId != existing.PendingId || request.PaymentId != existing.PaymentId) return false;
        if (request.TimeoutUs != existing.ExpireTimeUs - existing.CreateTimeUs) return false;
        // What is left out of a post or void means the pending transfer's own.
        var pending = isResolution ? transfers.GetValueOrDefault(request.PendingId!) : null;
        return (request.DebitAccount ?? pending?.DebitAccount) == existing.DebitAccount
            && (request.CreditAccount ?? pending?.CreditAccount) == existing.CreditAccount
            && (request.Currency ?? pending?.Currency) == existing.Currency
            && (request.Amount ?? pending?.Amount) == existing.Amount
            && (isResolution && request.Code == 0 ? pending?.Code : request.Code) == existing.Code;
    }
}
