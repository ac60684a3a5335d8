namespace Mesh.Payments.Faults.Records;

/// <summary>A row of <c>accounts</c>. Amounts are minor units.</summary>
public sealed record LedgerAccount(string Id, string Currency, long Debits, long Credits);
