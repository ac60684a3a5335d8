using System.Data.Common;

namespace Mesh.Payments.Storage;

/// <summary>An idempotency key that was used.</summary>
/// <param name="Answer">While an operation is pending: what a version of the program that knows no operations shall answer.</param>
/// <param name="PendingOperation">The operation that will decide the answer; null when it is decided.</param>
internal sealed record KeyRow(string Method, byte[] Fingerprint, StoredAnswer Answer, string? PendingOperation)
{
    // A key whose answer is not decided does not expire.
    public const string Select =
        "SELECT method, fingerprint, code, answer, payment_id, pending_operation FROM idempotency_keys " +
        "WHERE caller = $1 AND idempotency_key = $2 AND (expire_time_us > $3 OR pending_operation IS NOT NULL)";

    // A row that is still there and has not expired was written by another replica after we looked: then nothing is affected.
    public const string Insert =
        "INSERT INTO idempotency_keys (caller, idempotency_key, method, fingerprint, code, answer, payment_id, " +
        "create_time_us, expire_time_us, pending_operation) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) " +
        "ON CONFLICT (caller, idempotency_key) DO UPDATE SET method = excluded.method, fingerprint = excluded.fingerprint, " +
        "code = excluded.code, answer = excluded.answer, payment_id = excluded.payment_id, " +
        "create_time_us = excluded.create_time_us, expire_time_us = excluded.expire_time_us, " +
        "pending_operation = excluded.pending_operation " +
        "WHERE idempotency_keys.expire_time_us <= excluded.create_time_us AND idempotency_keys.pending_operation IS NULL";

    /// <summary>Affects no row when the request was asynchronous: then its answer was decided from the beginning.</summary>
    public const string Settle =
        "UPDATE idempotency_keys SET code = $4, answer = $5, payment_id = $6, expire_time_us = $7, pending_operation = NULL " +
        "WHERE caller = $1 AND idempotency_key = $2 AND pending_operation = $3";

    public static KeyRow Read(DbDataReader row) => new(row.GetString(0), row.GetFieldValue<byte[]>(1),
        new StoredAnswer(row.GetInt16(2), row.GetFieldValue<byte[]>(3), row.IsDBNull(4) ? null : row.GetString(4)),
        row.IsDBNull(5) ? null : row.GetString(5));
}
