using Mesh.Payments.Domain;

namespace Mesh.Payments.Storage;

/// <summary>What a transfer posted to one of its accounts.</summary>
/// <param name="Number">Counts the entries of the account from 1, without gaps.</param>
/// <param name="Balance">The account's, on its normal side, after it.</param>
internal sealed record LedgerEntry(
    long Number, string TransferId, NormalSide Side, Money Amount, long Balance, string OtherAccount, short Code, long CreateTimeUs);
