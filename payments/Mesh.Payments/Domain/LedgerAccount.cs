namespace Mesh.Payments.Domain;

/// <summary>Identity and rule of a ledger account.</summary>
/// <param name="NormalSide">The side on which the account grows.</param>
/// <param name="MayGoNegative">Whether the balance on the normal side may fall below zero.</param>
internal sealed record LedgerAccount(string Id, string Currency, NormalSide NormalSide, bool MayGoNegative);
