namespace Mesh.Payments.Storage;

/// <summary>One row of the audit.</summary>
/// <param name="IdempotencyKey">For calls to the ledger the account or the first transfer: names are the keys there.</param>
/// <param name="Outcome">Name of a gRPC status code, <see cref="AuditWriter.Accepted"/>, or how many of some transfers were created.</param>
internal sealed record AuditEntry(
    string Caller, string Method, string? PaymentId, string IdempotencyKey, string Outcome, string? TraceId);
