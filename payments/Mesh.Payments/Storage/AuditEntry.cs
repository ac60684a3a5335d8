namespace Mesh.Payments.Storage;

/// <summary>One row of the audit.</summary>
/// <param name="Outcome">Name of a gRPC status code, or <see cref="AuditWriter.Accepted"/>.</param>
internal sealed record AuditEntry(
    string Caller, string Method, string? PaymentId, string IdempotencyKey, string Outcome, string? TraceId);
