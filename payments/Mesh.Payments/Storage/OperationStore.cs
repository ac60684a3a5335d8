using Mesh.Hosting;

namespace Mesh.Payments.Storage;

/// <summary>
/// Leases of operations. Who moves the due time of a pending operation has it until then: the same statement on every store,
/// and a process that died gives its operations back by the passing of time.
/// </summary>
internal sealed class OperationStore(IDatabase database, PaymentReader payments, TimeProvider time)
{
    private const string SelectDue =
        "SELECT id, due_time_us FROM acquirer_operations WHERE status = 1 AND due_time_us <= $1 ORDER BY due_time_us LIMIT $2";

    // Affects no row when another process was faster, so nobody needs a lock while he looks.
    private const string Claim =
        "UPDATE acquirer_operations SET lease_owner = $3, due_time_us = $4, attempts = attempts + 1, update_time_us = $5 " +
        $"WHERE id = $1 AND status = 1 AND due_time_us = $2 RETURNING {OperationRows.Columns}";

    private const string ClaimOne =
        "UPDATE acquirer_operations SET status = 1, lease_owner = $2, due_time_us = $3, attempts = attempts + 1, update_time_us = $4 " +
        $"WHERE id = $1 AND status IN (1, 4) AND (lease_owner IS NULL OR due_time_us <= $4) RETURNING {OperationRows.Columns}";

    private const string Release =
        "UPDATE acquirer_operations SET status = $3, lease_owner = NULL, due_time_us = $4, last_error = $5, update_time_us = $6 " +
        "WHERE id = $1 AND status = 1 AND lease_owner = $2";

    private const string Extend =
        "UPDATE acquirer_operations SET due_time_us = $3 WHERE id = $1 AND status = 1 AND lease_owner = $2";

    private const string SelectAnswer =
        "SELECT code, answer, payment_id FROM idempotency_keys WHERE caller = $1 AND idempotency_key = $2 AND pending_operation IS NULL";

    private const string SelectUnsettled =
        $"SELECT {OperationRows.Columns} FROM acquirer_operations WHERE status IN (1, 4) ORDER BY create_time_us, id LIMIT $1";

    private const string CountUnsettled =
        "SELECT status, COUNT(*), MIN(create_time_us) FROM acquirer_operations WHERE status IN (1, 4) GROUP BY status";

    private const string Retry =
        "UPDATE acquirer_operations SET status = 1, due_time_us = $2, create_time_us = $2, update_time_us = $2 WHERE id = $1 AND status = 4";

    private const int LongestError = 500;

    /// <summary>Takes operations whose time has come, the longest waiting first.</summary>
    /// <param name="skip">Whether an operation, by its id, is left to others: who is still at it himself could only keep it from them.</param>
    /// <returns>Those that are now this owner's for the time of the lease.</returns>
    public async Task<IReadOnlyList<OperationInHand>> ClaimDueAsync(
        string owner, TimeSpan lease, int limit, CancellationToken cancellationToken, Func<string, bool>? skip = null)
    {
        var now = time.GetUtcNow();
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        var claimed = new List<StoredOperation>();
        await using (session.ConfigureAwait(false))
        {
            var due = await session.QueryAsync(SelectDue, row => (Id: row.GetString(0), DueUs: row.GetInt64(1)), cancellationToken,
                Times.ToMicroseconds(now), limit).ConfigureAwait(false);
            if (skip is not null) due = [.. due.Where(one => !skip(one.Id))];
            if (due.Count == 0) return [];
            await session.BeginWriteAsync(cancellationToken).ConfigureAwait(false);
            // Sorted, so that two who claim the same do not deadlock.
            var rows = due.OrderBy(one => one.Id, StringComparer.Ordinal).Select(one => new object?[]
            {
                one.Id, one.DueUs, owner, Times.ToMicroseconds(now + lease), Times.ToMicroseconds(now),
            }).ToList();
            var taken = await session.QueryAsync(Claim, rows, OperationRows.Read, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            claimed.AddRange(taken.SelectMany(one => one));
        }

        var result = new List<OperationInHand>();
        foreach (var operation in claimed) result.Add(await WithPaymentAsync(operation, cancellationToken).ConfigureAwait(false));
        return result;
    }

    /// <summary>Takes an operation for the one who brings it back himself when it is not settled; also one that is parked.</summary>
    /// <returns>Null when it is settled, or somebody has it.</returns>
    public async Task<OperationInHand?> ClaimAsync(string id, string owner, TimeSpan lease, TimeSpan rest, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        IReadOnlyList<StoredOperation> claimed;
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            claimed = await session.QueryAsync(ClaimOne, OperationRows.Read, cancellationToken,
                id, owner, Times.ToMicroseconds(now + lease), Times.ToMicroseconds(now)).ConfigureAwait(false);
        }

        if (claimed.Count == 0) return null;
        var operation = await WithPaymentAsync(claimed[0], cancellationToken).ConfigureAwait(false);
        return operation with { Rest = rest };
    }

    /// <summary>Null when there is none.</summary>
    public async Task<StoredOperation?> FindAsync(string id, CancellationToken cancellationToken)
    {
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var rows = await session.QueryAsync(OperationRows.Select, OperationRows.Read, cancellationToken, id).ConfigureAwait(false);
            return rows.Count == 0 ? null : rows[0];
        }
    }

    /// <summary>Keeps an operation for the time of another lease; does nothing when it was lost.</summary>
    public async Task ExtendAsync(string id, string owner, TimeSpan lease, CancellationToken cancellationToken)
    {
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await session.ExecuteAsync(Extend, cancellationToken, id, owner, Times.ToMicroseconds(time.GetUtcNow() + lease))
                .ConfigureAwait(false);
        }
    }

    /// <summary>Gives an operation back; whoever comes first after a pause goes on with it.</summary>
    public Task PostponeAsync(string id, string owner, TimeSpan pause, string reason, CancellationToken cancellationToken) =>
        ReleaseAsync(id, owner, OperationStatus.Pending, pause, reason, cancellationToken);

    /// <summary>Gives an operation up until somebody looks at it.</summary>
    public Task ParkAsync(string id, string owner, string reason, CancellationToken cancellationToken) =>
        ReleaseAsync(id, owner, OperationStatus.Parked, TimeSpan.Zero, reason, cancellationToken);

    /// <summary>Operations whose outcome is not known, parked ones too, the oldest first.</summary>
    public Task<IReadOnlyList<StoredOperation>> ListUnsettledAsync(int limit, CancellationToken cancellationToken) =>
        UseAsync(session => session.QueryAsync(SelectUnsettled, OperationRows.Read, cancellationToken, limit), cancellationToken);

    public async Task<UnsettledOperations> CountUnsettledAsync(CancellationToken cancellationToken)
    {
        var rows = await UseAsync(
            session => session.QueryAsync(CountUnsettled,
                row => (Status: (OperationStatus)row.GetInt16(0), Count: row.GetInt64(1), OldestUs: row.GetInt64(2)), cancellationToken),
            cancellationToken).ConfigureAwait(false);
        return new UnsettledOperations(
            rows.Where(row => row.Status == OperationStatus.Pending).Sum(row => row.Count),
            rows.Where(row => row.Status == OperationStatus.Parked).Sum(row => row.Count),
            rows.Count == 0 ? null : Times.FromMicroseconds(rows.Min(row => row.OldestUs)));
    }

    /// <summary>Lets a parked operation be tried again, as long as a new one.</summary>
    /// <returns>False when no such operation is parked.</returns>
    public async Task<bool> RetryAsync(string id, CancellationToken cancellationToken) => await UseAsync(
        session => session.ExecuteAsync(Retry, cancellationToken, id, Times.ToMicroseconds(time.GetUtcNow())),
        cancellationToken).ConfigureAwait(false) == 1;

    /// <summary>The answer of a key that was used; null while it is not decided.</summary>
    public async Task<StoredAnswer?> FindAnswerAsync(string caller, string key, CancellationToken cancellationToken)
    {
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var rows = await session.QueryAsync(SelectAnswer,
                row => new StoredAnswer(row.GetInt16(0), row.GetFieldValue<byte[]>(1), row.IsDBNull(2) ? null : row.GetString(2)),
                cancellationToken, caller, key).ConfigureAwait(false);
            return rows.Count == 0 ? null : rows[0];
        }
    }

    private async Task<T> UseAsync<T>(Func<ISqlSession, Task<T>> work, CancellationToken cancellationToken)
    {
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false)) return await work(session).ConfigureAwait(false);
    }

    private async Task<OperationInHand> WithPaymentAsync(StoredOperation operation, CancellationToken cancellationToken)
    {
        var payment = await payments.GetAsync(operation.Operation.PaymentId, cancellationToken).ConfigureAwait(false);
        Invariant.Holds(payment is not null, $"operation {operation.Id}: its payment is not stored");
        return new OperationInHand(operation, payment!);
    }

    private async Task ReleaseAsync(
        string id, string owner, OperationStatus status, TimeSpan pause, string reason, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var error = reason.Length > LongestError ? reason[..LongestError] : reason;
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await session.ExecuteAsync(Release, cancellationToken, id, owner, (short)status, Times.ToMicroseconds(now + pause), error,
                Times.ToMicroseconds(now)).ConfigureAwait(false);
        }
    }
}
