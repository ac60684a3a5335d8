namespace Mesh.Payments.Storage;

/// <summary>Notes who did what, and what became of it.</summary>
internal static class AuditWriter
{
    /// <summary>Outcome of a mutation that waits for the acquirer; its settlement has a row of its own.</summary>
    public const string Accepted = "Accepted";

    private const string Insert =
        "INSERT INTO audit (id, time_us, caller, method, payment_id, idempotency_key, outcome, trace_id)";

    public static Task AppendAsync(
        ISqlSession session, IReadOnlyList<AuditEntry> entries, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var nowUs = Times.ToMicroseconds(now);
        return session.InsertAsync(Insert, entries.Select(entry => new object?[]
        {
            Guid.CreateVersion7(now).ToString("N"), nowUs, entry.Caller, entry.Method, entry.PaymentId, entry.IdempotencyKey,
            entry.Outcome, entry.TraceId,
        }).ToList(), cancellationToken);
    }
}
