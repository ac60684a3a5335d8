using Mesh.Payments.Accounting;
using Mesh.Payments.Domain;

namespace Mesh.Payments.Tests.Support;

/// <summary>
/// The ledger's rules in their plainest form, to compare with: it keeps nothing but a list of what was created, and adds up the
/// whole list for every question.
/// </summary>
internal sealed class NaiveLedger(IReadOnlyDictionary<string, LedgerAccount> accounts)
{
    private List<Kept> kept = [];

    /// <summary>Ids of pending transfers whose reservation was taken back because their time was over.</summary>
    private readonly HashSet<string> released = [];

    public List<TransferOutcome> Decide(IReadOnlyList<TransferRequest> requests, long nowUs)
    {
        var outcomes = new List<TransferOutcome>();
        while (outcomes.Count < requests.Count)
        {
            var chain = requests.Skip(outcomes.Count).TakeWhile(request => request.IsLinked).ToList();
            var isOpen = outcomes.Count + chain.Count == requests.Count;
            if (!isOpen) chain.Add(requests[outcomes.Count + chain.Count]);
            outcomes.AddRange(isOpen ? Failed(chain.Count, chain.Count - 1, TransferOutcome.LinkedChainOpen) : DecideChain(chain, nowUs));
        }

        return outcomes;
    }

    public void Release(long nowUs) => released.UnionWith(kept
        .Where(transfer => transfer.Kind == TransferKind.Pending && Resolution(transfer.Id) is null && transfer.ExpireUs <= nowUs)
        .Select(transfer => transfer.Id));

    public (Int128 Debits, Int128 Credits, Int128 PendingDebits, Int128 PendingCredits, int Entries) Totals(string account) => (
        Sum(transfer => transfer.IsPosted && transfer.Debit == account), Sum(transfer => transfer.IsPosted && transfer.Credit == account),
        Sum(transfer => IsReserved(transfer) && transfer.Debit == account), Sum(transfer => IsReserved(transfer) && transfer.Credit == account),
        kept.Count(transfer => transfer.IsPosted && (transfer.Debit == account || transfer.Credit == account)));

    private List<TransferOutcome> DecideChain(List<TransferRequest> chain, long nowUs)
    {
        var before = kept.ToList();
        var outcomes = new List<TransferOutcome>();
        foreach (var request in chain)
        {
            var outcome = Decide(request, nowUs);
            outcomes.Add(outcome);
            if (outcome is TransferOutcome.Created or TransferOutcome.Exists) continue;
            kept = before;
            return Failed(chain.Count, outcomes.Count - 1, outcome);
        }

        if (outcomes.Distinct().Count() == 1) return outcomes;
        kept = before;
        return Failed(chain.Count, outcomes.IndexOf(TransferOutcome.Exists), TransferOutcome.LinkedChainDiffers);
    }

    private static List<TransferOutcome> Failed(int count, int failed, TransferOutcome outcome) =>
        [.. Enumerable.Range(0, count).Select(index => index == failed ? outcome : TransferOutcome.LinkedTransferFailed)];

    private TransferOutcome Decide(TransferRequest request, long nowUs)
    {
        var isNew = request.Kind is TransferKind.Immediate or TransferKind.Pending;
        var pending = kept.Find(transfer => transfer.Id == request.PendingId);
        var wanted = new Kept(request.Id, request.Kind, request.PendingId, request.DebitAccount ?? pending?.Debit ?? "",
            request.CreditAccount ?? pending?.Credit ?? "", request.Currency ?? pending?.Currency ?? "", request.Amount ?? pending?.Amount ?? 0,
            request.Code == 0 && !isNew ? pending?.Code ?? 0 : request.Code, nowUs, request.TimeoutUs is { } timeout ? nowUs + timeout : null);
        if (kept.Find(transfer => transfer.Id == request.Id) is { } existing)
        {
            return wanted with { TimeUs = existing.TimeUs, ExpireUs = existing.TimeUs + request.TimeoutUs } == existing
                ? TransferOutcome.Exists
                : TransferOutcome.ExistsWithDifferentFields;
        }

        if ((isNew ? RefuseNew(wanted) : RefuseResolution(wanted, pending, nowUs)) is { } refusal) return refusal;
        kept.Add(wanted);
        return TransferOutcome.Created;
    }

    private TransferOutcome? RefuseNew(Kept wanted)
    {
        if (!accounts.TryGetValue(wanted.Debit, out var debit)) return TransferOutcome.DebitAccountNotFound;
        if (!accounts.TryGetValue(wanted.Credit, out var credit)) return TransferOutcome.CreditAccountNotFound;
        if (debit.Currency != wanted.Currency || credit.Currency != wanted.Currency) return TransferOutcome.CurrencyMismatch;
        var (of, to) = (Totals(debit.Id), Totals(credit.Id));
        if (of.Debits + of.PendingDebits + wanted.Amount > Account.Limit || to.Credits + to.PendingCredits + wanted.Amount > Account.Limit)
            return TransferOutcome.Overflow;
        if (!debit.MayGoNegative && debit.NormalSide == NormalSide.Credit && of.Debits + of.PendingDebits + wanted.Amount > of.Credits)
            return TransferOutcome.ExceedsDebitAccountBalance;
        if (!credit.MayGoNegative && credit.NormalSide == NormalSide.Debit && to.Credits + to.PendingCredits + wanted.Amount > to.Debits)
            return TransferOutcome.ExceedsCreditAccountBalance;
        return null;
    }

    private TransferOutcome? RefuseResolution(Kept wanted, Kept? pending, long nowUs)
    {
        if (pending is null) return TransferOutcome.PendingTransferNotFound;
        if (pending.Kind != TransferKind.Pending) return TransferOutcome.TransferNotPending;
        if ((wanted.Debit, wanted.Credit, wanted.Currency, wanted.Code) != (pending.Debit, pending.Credit, pending.Currency, pending.Code))
            return TransferOutcome.DiffersFromPendingTransfer;
        if (wanted.Amount > pending.Amount) return TransferOutcome.ExceedsPendingAmount;
        if (wanted.Kind == TransferKind.VoidPending && wanted.Amount < pending.Amount) return TransferOutcome.DiffersFromPendingTransfer;
        if (Resolution(pending.Id) is { } resolution)
            return resolution.Kind == TransferKind.PostPending ? TransferOutcome.PendingTransferPosted : TransferOutcome.PendingTransferVoided;
        return pending.ExpireUs <= nowUs ? TransferOutcome.PendingTransferExpired : null;
    }

    private Kept? Resolution(string id) => kept.Find(transfer => transfer.PendingId == id);

    private bool IsReserved(Kept transfer) =>
        transfer.Kind == TransferKind.Pending && Resolution(transfer.Id) is null && !released.Contains(transfer.Id);

    private Int128 Sum(Func<Kept, bool> counts) => kept.Where(counts).Aggregate((Int128)0, (sum, transfer) => sum + transfer.Amount);

    private sealed record Kept(
        string Id, TransferKind Kind, string? PendingId, string Debit, string Credit, string Currency, long Amount, short Code, long TimeUs,
        long? ExpireUs)
    {
        public bool IsPosted => Kind is TransferKind.Immediate or TransferKind.PostPending;
    }
}
