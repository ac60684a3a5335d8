using Mesh.Hosting;

namespace SandboxAcquirer;

/// <summary>All operations and what they did to the cards. What it hands out is on disk.</summary>
internal sealed class OperationBook
{
    private readonly Lock gate = new();
    private readonly OperationLog log;
    private readonly TimeSpan lateAfter;
    private readonly TimeProvider time;
    private readonly Dictionary<string, (Operation Operation, Task Written)> operations = [];
    private readonly Dictionary<string, Account> accounts = [];
    private readonly List<string> order = [];

    /// <param name="history">The lines of the log.</param>
    public OperationBook(OperationLog log, IEnumerable<Operation> history, TimeSpan lateAfter, TimeProvider time)
    {
        this.log = log;
        this.lateAfter = lateAfter;
        this.time = time;
        foreach (var operation in history) Keep(operation, Task.CompletedTask);
    }

    /// <summary>Decides an operation, unless its id was decided before.</summary>
    /// <returns>The operation as it stands, and whether this call decided it. Null when the id belongs to another operation.</returns>
    public async Task<(Operation Operation, bool IsNew)?> DecideAsync(Operation asked)
    {
        bool isNew;
        (Operation Operation, Task Written) kept;
        lock (gate)
        {
            isNew = !operations.TryGetValue(asked.Id, out kept);
            if (!isNew && !kept.Operation.Asks(asked)) return null;
            if (isNew)
            {
                var decided = Decide(asked);
                // Appended under the lock: the file has the order in which was decided.
                kept = Keep(decided, log.AppendAsync(decided));
            }
            else
            {
                kept = Settle(kept);
            }
        }

        await kept.Written.ConfigureAwait(false);
        return (kept.Operation, isNew);
    }

    /// <summary>Null when there is none of that id.</summary>
    public async Task<Operation?> FindAsync(string id)
    {
        (Operation Operation, Task Written) kept;
        lock (gate)
        {
            if (!operations.TryGetValue(id, out kept)) return null;
            kept = Settle(kept);
        }

        await kept.Written.ConfigureAwait(false);
        return kept.Operation;
    }

    public bool Has(string id)
    {
        lock (gate) return operations.ContainsKey(id);
    }

    /// <summary>The card of the operation, or of the one it belongs to.</summary>
    public Card? CardOf(Operation asked)
    {
        lock (gate)
        {
            var token = asked.Original is { } original && operations.TryGetValue(original, out var kept) ? kept.Operation.PaymentMethod : asked.PaymentMethod;
            return Cards.Find(token);
        }
    }

    /// <summary>As they stand, in the order in which they came; also those whose line is not on disk yet.</summary>
    public IReadOnlyList<Operation> All()
    {
        lock (gate) return [.. order.Select(id => Settle(operations[id]).Operation)];
    }

    private Operation Decide(Operation asked)
    {
        var (card, account) = asked.Original is null
            ? (Cards.Find(asked.PaymentMethod), null)
            : (CardOf(asked), accounts.GetValueOrDefault(asked.Original));
        var complete = asked.Kind == OperationKind.Void && account is not null
            ? asked with { Currency = account.Currency, Amount = account.Authorized }
            : asked;
        var (code, message) = asked.Original is null
            ? card is null ? ("unknown_payment_method", "there is no such card") : (card.DeclineCode, card.DeclineMessage)
            : account is null ? ("unknown_original", "there is no approved authorization or charge of that id") : account.Refuse(complete);
        var now = time.GetUtcNow();
        if (code is not null) return complete with { State = OperationState.Declined, DeclineCode = code, DeclineMessage = message, DecideTime = now };
        return card!.Cue == CardCue.Late
            ? complete with { State = OperationState.Pending, DecideTime = now + lateAfter }
            : Approve(complete with { DecideTime = now });
    }

    private (Operation Operation, Task Written) Settle((Operation Operation, Task Written) kept)
    {
        if (kept.Operation.State != OperationState.Pending || time.GetUtcNow() < kept.Operation.DecideTime) return kept;
        var approved = Approve(kept.Operation);
        return Keep(approved, log.AppendAsync(approved));
    }

    private (Operation Operation, Task Written) Keep(Operation operation, Task written)
    {
        var isNew = !operations.TryGetValue(operation.Id, out var before);
        Invariant.Holds(isNew || before.Operation.State == OperationState.Pending, $"operation {operation.Id} is decided a second time");
        if (isNew) order.Add(operation.Id);
        // What is pending will be approved: nothing may be promised twice meanwhile.
        if (isNew && operation.State != OperationState.Declined)
        {
            if (operation.Original is null) accounts.Add(operation.Id, Account.Open(operation));
            else accounts[operation.Original].Apply(operation);
        }

        return operations[operation.Id] = (operation, written);
    }

    private static Operation Approve(Operation operation) =>
        operation with { State = OperationState.Approved, Reference = $"acq-{operation.Id}" };
}
