using Mesh.Hosting;
using Mesh.Payments.Domain;

namespace Mesh.Payments.Storage;

/// <summary>
/// Several mutations in one transaction: what they need is read with few statements, each is decided in memory in its turn
/// and sees what those before it decided, and what came out is written with few statements and one commit.
/// </summary>
/// <remarks>
/// Locks are taken in one order everywhere, payments, keys, accounts, streams, each sorted, so writers do not deadlock. A key or version that
/// another replica wrote meanwhile is a <see cref="MutationConflictException"/>: the batch runs again and sees it.
/// </remarks>
internal sealed class MutationBatch(
    ISqlSession session, IReadOnlyList<Mutation> mutations, DateTimeOffset now, TimeSpan keyLifetime, Func<Payment, byte[]> serialize)
{
    private const string SelectKey =
        "SELECT method, fingerprint, code, answer, payment_id FROM idempotency_keys " +
        "WHERE caller = $1 AND idempotency_key = $2 AND expire_time_us > $3";

    private const string SelectPayment = $"SELECT {PaymentRows.Columns} FROM payments WHERE id = $1";

    // A row that is still there and has not expired was written by another replica after we looked: then nothing is affected.
    private const string InsertKey =
        "INSERT INTO idempotency_keys (caller, idempotency_key, method, fingerprint, code, answer, payment_id, " +
        "create_time_us, expire_time_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) " +
        "ON CONFLICT (caller, idempotency_key) DO UPDATE SET method = excluded.method, fingerprint = excluded.fingerprint, " +
        "code = excluded.code, answer = excluded.answer, payment_id = excluded.payment_id, " +
        "create_time_us = excluded.create_time_us, expire_time_us = excluded.expire_time_us " +
        "WHERE idempotency_keys.expire_time_us <= excluded.create_time_us";

    private const string InsertAudit =
        "INSERT INTO audit (id, time_us, caller, method, payment_id, idempotency_key, outcome, trace_id) " +
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

    private readonly DateTimeOffset now = Times.Truncate(now);
    private readonly long nowUs = Times.ToMicroseconds(now);
    private readonly Dictionary<(string Caller, string Key), KeyRow> keys = [];
    private readonly Dictionary<string, Payment> payments = [];
    private readonly Dictionary<string, long> storedVersions = [];
    private readonly HashSet<string> changed = [];
    private readonly List<Transfer> transfers = [];
    private readonly List<Payment> events = [];
    private readonly List<(Mutation Mutation, StoredAnswer Answer)> decided = [];

    /// <summary>Runs and commits.</summary>
    /// <returns>For each mutation, in their order, its answer, or the exception that its decision threw.</returns>
    public async Task<IReadOnlyList<CommitResult<StoredAnswer>>> RunAsync(CancellationToken cancellationToken)
    {
        await session.BeginWriteAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await LoadAsync(cancellationToken).ConfigureAwait(false);
            var results = mutations.Select(Decide).ToList();
            if (decided.Count > 0) await WriteAsync(cancellationToken).ConfigureAwait(false);
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
        var ids = mutations.Select(mutation => mutation.PaymentId).OfType<string>().Distinct().Order(StringComparer.Ordinal).ToList();
        var found = await session.QueryAsync(SelectPayment + session.ForUpdate, ids.ConvertAll(id => new object?[] { id }),
            PaymentRows.Read, cancellationToken).ConfigureAwait(false);
        foreach (var payment in found.SelectMany(rows => rows))
        {
            payments.Add(payment.Id, payment);
            storedVersions.Add(payment.Id, payment.Version);
        }

        // After the payments: a twin on another replica that held them until now has committed its key.
        var wanted = mutations.Select(mutation => (mutation.Caller, mutation.IdempotencyKey)).Distinct().ToList();
        var stored = await session.QueryAsync(SelectKey,
            wanted.ConvertAll(key => new object?[] { key.Caller, key.IdempotencyKey, nowUs }),
            KeyRow.Read, cancellationToken).ConfigureAwait(false);
        foreach (var (key, rows) in wanted.Zip(stored))
        {
            if (rows.Count > 0) keys.Add(key, rows[0]);
        }
    }

    private CommitResult<StoredAnswer> Decide(Mutation mutation)
    {
        var key = (mutation.Caller, mutation.IdempotencyKey);
        if (keys.TryGetValue(key, out var row)) return new CommitResult<StoredAnswer>(Replay(mutation, row));
        try
        {
            var payment = mutation.PaymentId is { } id ? payments.GetValueOrDefault(id) : null;
            if (mutation.PaymentId is { } missing && payment is null)
                return new CommitResult<StoredAnswer>(mutation.Encode(PaymentDecision.Refuse(Refusal.NotFound(missing))));
            var decision = mutation.Decide(payment, now);
            var answer = mutation.Encode(decision);
            if (decision.Refusal is { IsDecided: false }) return new CommitResult<StoredAnswer>(answer);
            Keep(payment, decision);
            decided.Add((mutation, answer));
            keys.Add(key, new KeyRow(mutation.Method, mutation.Fingerprint, answer));
            return new CommitResult<StoredAnswer>(answer);
        }
#pragma warning disable CA1031 // One request's defect must not fail the others in its batch; its caller gets the exception.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return new CommitResult<StoredAnswer>(null, exception);
        }
    }

    private static StoredAnswer Replay(Mutation mutation, KeyRow row)
    {
        var isSame = row.Method == mutation.Method && row.Fingerprint.AsSpan().SequenceEqual(mutation.Fingerprint);
        if (isSame) return row.Answer with { IsReplay = true };
        return mutation.Encode(PaymentDecision.Refuse(new Refusal(RefusalReason.IdempotencyKeyReused,
            $"the idempotency key was used before for a {row.Method} with other parameters; use a new key for a new request")));
    }

    private void Keep(Payment? before, PaymentDecision decision)
    {
        if (decision.Next is not { } next) return;
        Invariant.Holds(before is null ? next.Version == 1 : next.Version == before.Version + 1,
            $"payment {next.Id}: version {next.Version} after {before?.Version}");
        payments[next.Id] = next;
        changed.Add(next.Id);
        events.Add(next);
        transfers.AddRange(decision.Transfers);
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        await WriteKeysAsync(cancellationToken).ConfigureAwait(false);
        await WritePaymentsAsync(cancellationToken).ConfigureAwait(false);
        await LedgerWriter.PostAsync(session, transfers, nowUs, cancellationToken).ConfigureAwait(false);
        await EventWriter.AppendAsync(session, events, serialize, nowUs, cancellationToken).ConfigureAwait(false);
        await session.ExecuteAsync(InsertAudit, decided.ConvertAll(entry => AuditParameters(entry.Mutation, entry.Answer)),
            cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteKeysAsync(CancellationToken cancellationToken)
    {
        var expireUs = Times.ToMicroseconds(now + keyLifetime);
        var rows = decided
            .OrderBy(entry => entry.Mutation.Caller, StringComparer.Ordinal)
            .ThenBy(entry => entry.Mutation.IdempotencyKey, StringComparer.Ordinal)
            .Select(entry => new object?[]
            {
                entry.Mutation.Caller, entry.Mutation.IdempotencyKey, entry.Mutation.Method, entry.Mutation.Fingerprint,
                (short)entry.Answer.Code, entry.Answer.Body, entry.Answer.PaymentId, nowUs, expireUs,
            }).ToList();
        var affected = await session.ExecuteAsync(InsertKey, rows, cancellationToken).ConfigureAwait(false);
        if (affected.Any(count => count != 1)) throw new MutationConflictException("an idempotency key was used by another replica");
    }

    private async Task WritePaymentsAsync(CancellationToken cancellationToken)
    {
        var next = changed.Order(StringComparer.Ordinal).Select(id => payments[id]).ToLookup(payment => storedVersions.ContainsKey(payment.Id));
        await session.ExecuteAsync(PaymentRows.Insert, next[false].Select(PaymentRows.InsertParameters).ToList(), cancellationToken)
            .ConfigureAwait(false);
        var updates = next[true].Select(payment => PaymentRows.UpdateParameters(payment, storedVersions[payment.Id])).ToList();
        var affected = await session.ExecuteAsync(PaymentRows.Update, updates, cancellationToken).ConfigureAwait(false);
        if (affected.Any(count => count != 1)) throw new MutationConflictException("a payment was changed by another replica");
    }

    private object?[] AuditParameters(Mutation mutation, StoredAnswer answer) =>
    [
        Guid.CreateVersion7(now).ToString("N"), nowUs, mutation.Caller, mutation.Method, answer.PaymentId,
        mutation.IdempotencyKey, ((Grpc.Core.StatusCode)answer.Code).ToString(), mutation.TraceId,
    ];

    private sealed record KeyRow(string Method, byte[] Fingerprint, StoredAnswer Answer)
    {
        public static KeyRow Read(System.Data.Common.DbDataReader row) => new(row.GetString(0), row.GetFieldValue<byte[]>(1),
            new StoredAnswer(row.GetInt16(2), row.GetFieldValue<byte[]>(3), row.IsDBNull(4) ? null : row.GetString(4)));
    }
}
