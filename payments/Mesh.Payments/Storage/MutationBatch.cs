using Grpc.Core;
using Mesh.Hosting;
using Mesh.Payments.Acquiring;
using Mesh.Payments.Domain;
using Mesh.Payments.Messaging;

namespace Mesh.Payments.Storage;

/// <summary>
/// Several pieces of work in one transaction: what they need is read with few statements, each is decided in memory in its
/// turn and sees what those before it decided, and what came out is written with few statements and one commit.
/// </summary>
/// <remarks>
/// Locks are taken in one order everywhere, payments, keys, operations, accounts, streams, each sorted, so writers do not
/// deadlock. A key or version that another replica wrote meanwhile is a <see cref="MutationConflictException"/>: the batch
/// runs again and sees it.
/// </remarks>
internal sealed class MutationBatch(
    ISqlSession session, IReadOnlyList<PaymentWork> work, DateTimeOffset now, MutationSettings settings)
{
    private const string SelectPayment = $"SELECT {PaymentRows.Columns} FROM payments WHERE id = $1";

    private readonly DateTimeOffset now = Times.Truncate(now);
    private readonly long nowUs = Times.ToMicroseconds(now);
    private readonly Dictionary<(string Caller, string Key), KeyRow> keys = [];
    private readonly Dictionary<string, Payment> payments = [];
    private readonly Dictionary<string, long> storedVersions = [];
    private readonly Dictionary<string, StoredOperation> operations = [];
    private readonly HashSet<string> changed = [];
    private readonly List<Transfer> transfers = [];
    private readonly List<Payment> events = [];
    private readonly List<StoredOperation> begun = [];
    private readonly List<(Mutation Mutation, KeyRow Key)> decided = [];
    private readonly List<(Settlement Settlement, StoredOperation Operation, StoredAnswer Answer)> settled = [];
    private readonly List<AuditEntry> audit = [];
    private readonly List<Message> messages = [];

    /// <summary>Whether it wrote messages, for those who wait for them.</summary>
    public bool HasMessages => messages.Count > 0;

    /// <summary>Runs and commits.</summary>
    /// <returns>For each piece of work, in their order, what became of it, or the exception that its decision threw.</returns>
    public async Task<IReadOnlyList<CommitResult<MutationResult>>> RunAsync(CancellationToken cancellationToken)
    {
        await session.BeginWriteAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await LoadAsync(cancellationToken).ConfigureAwait(false);
            var results = work.Select(Decide).ToList();
            if (audit.Count > 0) await WriteAsync(cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            return results;
        }
        finally
        {
            await session.RollbackAsync().ConfigureAwait(false);
        }
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        var ids = work.Select(one => one.PaymentId).OfType<string>().Distinct().Order(StringComparer.Ordinal).ToList();
        var found = await session.QueryAsync(SelectPayment + session.ForUpdate, ids.ConvertAll(id => new object?[] { id }),
            PaymentRows.Read, cancellationToken).ConfigureAwait(false);
        foreach (var payment in found.SelectMany(rows => rows))
        {
            payments.Add(payment.Id, payment);
            storedVersions.Add(payment.Id, payment.Version);
        }

        // After the payments: a twin on another replica that held them until now has committed its key.
        var wanted = work.OfType<Mutation>().Select(mutation => (mutation.Caller, mutation.IdempotencyKey)).Distinct().ToList();
        var stored = await session.QueryAsync(KeyRow.Select,
            wanted.ConvertAll(key => new object?[] { key.Caller, key.IdempotencyKey, nowUs }),
            KeyRow.Read, cancellationToken).ConfigureAwait(false);
        foreach (var (key, rows) in wanted.Zip(stored))
        {
            if (rows.Count > 0) keys.Add(key, rows[0]);
        }

        // The lock of the payment is the lock of its operations' outcomes.
        var pending = work.OfType<Settlement>().Select(settlement => new object?[] { settlement.OperationId }).ToList();
        var known = await session.QueryAsync(OperationRows.Select, pending, OperationRows.Read, cancellationToken).ConfigureAwait(false);
        foreach (var operation in known.SelectMany(rows => rows)) operations[operation.Id] = operation;
    }

    private CommitResult<MutationResult> Decide(PaymentWork one)
    {
        try
        {
            return new CommitResult<MutationResult>(one switch
            {
                Mutation mutation => Decide(mutation),
                Settlement settlement => Decide(settlement),
                _ => throw new InvariantException($"{one.GetType().Name} cannot be decided"),
            });
        }
#pragma warning disable CA1031 // One request's defect must not fail the others in its batch; its caller gets the exception.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return new CommitResult<MutationResult>(null, exception);
        }
    }

    private MutationResult Decide(Mutation mutation)
    {
        var key = (mutation.Caller, mutation.IdempotencyKey);
        if (keys.TryGetValue(key, out var row)) return Replay(mutation, row);
        var payment = mutation.PaymentId is { } id ? payments.GetValueOrDefault(id) : null;
        if (mutation.PaymentId is { } missing && payment is null)
            return MutationResult.Of(mutation.Encode(PaymentDecision.Refuse(Refusal.NotFound(missing))));
        var decision = mutation.Decide(payment, now);
        // What is asynchronous is answered by the payment as it is now, and this answer is kept.
        var answer = mutation.Encode(mutation.IsAsynchronous ? decision with { Operation = null } : decision);
        if (decision.Refusal is { IsDecided: false }) return MutationResult.Of(answer);

        Keep(payment, decision);
        var operation = decision.Operation is { } next ? Begin(mutation, next) : null;
        var pending = mutation.IsAsynchronous ? null : operation;
        row = new KeyRow(mutation.Method, mutation.Fingerprint, answer, pending?.Id);
        keys.Add(key, row);
        decided.Add((mutation, row));
        audit.Add(new AuditEntry(mutation.Caller, mutation.Method, answer.PaymentId, mutation.IdempotencyKey,
            operation is null ? Outcome(answer) : AuditWriter.Accepted, mutation.TraceId));
        return pending is null
            ? MutationResult.Of(answer)
            : new MutationResult { Answer = answer, PendingOperation = pending.Id, Begun = new OperationInHand(pending, decision.Next!) };
    }

    private MutationResult Decide(Settlement settlement)
    {
        Invariant.Holds(operations.TryGetValue(settlement.OperationId, out var operation), $"operation {settlement.OperationId} is not stored");
        if (operation!.IsSettled) return new MutationResult();
        Invariant.Holds(payments.TryGetValue(operation.Operation.PaymentId, out var payment),
            $"operation {operation.Id}: its payment {operation.Operation.PaymentId} was not loaded");
        var decision = settlement.Decide(payment!, operation.Operation, now);
        var answer = settlement.Encode(decision);
        Keep(payment, decision);
        operations[operation.Id] = operation with { Status = settlement.DeclineCode is null ? OperationStatus.Approved : OperationStatus.Declined };
        settled.Add((settlement, operation, answer));
        audit.Add(new AuditEntry(operation.Caller, operation.Method, answer.PaymentId, operation.IdempotencyKey, Outcome(answer), operation.TraceId));
        return MutationResult.Of(answer);
    }

    private static MutationResult Replay(Mutation mutation, KeyRow row)
    {
        var isSame = row.Method == mutation.Method && row.Fingerprint.AsSpan().SequenceEqual(mutation.Fingerprint);
        if (isSame && row.PendingOperation is { } operation) return new MutationResult { Answer = row.Answer, PendingOperation = operation };
        if (isSame) return MutationResult.Of(row.Answer with { IsReplay = true });
        return MutationResult.Of(mutation.Encode(PaymentDecision.Refuse(new Refusal(RefusalReason.IdempotencyKeyReused,
            $"the idempotency key was used before for a {row.Method} with other parameters; use a new key for a new request"))));
    }

    private StoredOperation Begin(Mutation mutation, PaymentOperation operation)
    {
        var stored = new StoredOperation
        {
            Operation = operation,
            Status = OperationStatus.Pending,
            Caller = mutation.Caller,
            IdempotencyKey = mutation.IdempotencyKey,
            Method = mutation.Method,
            TraceId = mutation.TraceId,
            Attempts = mutation.IsAsynchronous ? 0 : 1,
            DueTime = now + (mutation.IsAsynchronous ? settings.MessageLease : settings.Lease),
            LeaseOwner = mutation.IsAsynchronous ? null : settings.LeaseOwner,
            CreateTime = now,
        };
        begun.Add(stored);
        if (mutation.IsAsynchronous) messages.Add(Message.New(OperationHandler.MessageType, stored.Id, now));
        return stored;
    }

    private void Keep(Payment? before, PaymentDecision decision)
    {
        if (decision.Next is not { } next) return;
        Invariant.Holds(before is null ? next.Version == 1 : next.Version == before.Version + 1,
            $"payment {next.Id}: version {next.Version} after {before?.Version}");
        payments[next.Id] = next;
        changed.Add(next.Id);
        if (before is null || !next.LooksLike(before)) events.Add(next);
        transfers.AddRange(decision.Transfers);
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        await WriteKeysAsync(cancellationToken).ConfigureAwait(false);
        await WritePaymentsAsync(cancellationToken).ConfigureAwait(false);
        await WriteOperationsAsync(cancellationToken).ConfigureAwait(false);
        await LedgerWriter.PostAsync(session, transfers, nowUs, cancellationToken).ConfigureAwait(false);
        await EventWriter.AppendAsync(session, events, settings.Serialize, nowUs, cancellationToken).ConfigureAwait(false);
        await MessageWriter.AppendAsync(session, Queues.Payments, messages, cancellationToken).ConfigureAwait(false);
        await AuditWriter.AppendAsync(session, audit, now, cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteKeysAsync(CancellationToken cancellationToken)
    {
        var expireUs = Times.ToMicroseconds(now + settings.KeyLifetime);
        var inserts = decided
            .OrderBy(entry => entry.Mutation.Caller, StringComparer.Ordinal)
            .ThenBy(entry => entry.Mutation.IdempotencyKey, StringComparer.Ordinal)
            .Select(entry => new object?[]
            {
                entry.Mutation.Caller, entry.Mutation.IdempotencyKey, entry.Key.Method, entry.Key.Fingerprint,
                (short)entry.Key.Answer.Code, entry.Key.Answer.Body, entry.Key.Answer.PaymentId, nowUs, expireUs, entry.Key.PendingOperation,
            }).ToList();
        var affected = await session.ExecuteAsync(KeyRow.Insert, inserts, cancellationToken).ConfigureAwait(false);
        if (affected.Any(count => count != 1)) throw new MutationConflictException("an idempotency key was used by another replica");

        var updates = settled
            .OrderBy(entry => entry.Operation.Caller, StringComparer.Ordinal)
            .ThenBy(entry => entry.Operation.IdempotencyKey, StringComparer.Ordinal)
            .Select(entry => new object?[]
            {
                entry.Operation.Caller, entry.Operation.IdempotencyKey, entry.Operation.Id,
                (short)entry.Answer.Code, entry.Answer.Body, entry.Answer.PaymentId, expireUs,
            }).ToList();
        await session.ExecuteAsync(KeyRow.Settle, updates, cancellationToken).ConfigureAwait(false);
    }

    private async Task WritePaymentsAsync(CancellationToken cancellationToken)
    {
        var next = changed.Order(StringComparer.Ordinal).Select(id => payments[id]).ToLookup(payment => storedVersions.ContainsKey(payment.Id));
        await session.InsertAsync(PaymentRows.Insert, next[false].Select(PaymentRows.InsertParameters).ToList(), cancellationToken)
            .ConfigureAwait(false);
        var updates = next[true].Select(payment => PaymentRows.UpdateParameters(payment, storedVersions[payment.Id])).ToList();
        var affected = await session.ExecuteAsync(PaymentRows.Update, updates, cancellationToken).ConfigureAwait(false);
        if (affected.Any(count => count != 1)) throw new MutationConflictException("a payment was changed by another replica");
    }

    private async Task WriteOperationsAsync(CancellationToken cancellationToken)
    {
        await session.InsertAsync(OperationRows.Insert, begun.ConvertAll(OperationRows.InsertParameters), cancellationToken).ConfigureAwait(false);
        var updates = settled.OrderBy(entry => entry.Operation.Id, StringComparer.Ordinal)
            .Select(entry => OperationRows.SettleParameters(entry.Settlement, nowUs)).ToList();
        var affected = await session.ExecuteAsync(OperationRows.Settle, updates, cancellationToken).ConfigureAwait(false);
        if (affected.Any(count => count != 1)) throw new MutationConflictException("an operation was settled by another replica");
    }

    private static string Outcome(StoredAnswer answer) => ((StatusCode)answer.Code).ToString();
}
