using Google.Protobuf.WellKnownTypes;
using Mesh.Payments.Accounting;
using Mesh.Payments.Domain;
using Mesh.Payments.Storage;

namespace Mesh.Payments.Api;

/// <summary>Accounts, transfers and entries as messages of ledger.v1.</summary>
internal static class LedgerMessages
{
    public static LedgerV1.Account Of(Account account) => new()
    {
        Name = LedgerNames.OfAccount(account.Id),
        CurrencyCode = account.Rule.Currency,
        NormalSide = (LedgerV1.NormalSide)account.Rule.NormalSide,
        MayGoNegative = account.Rule.MayGoNegative,
        DebitsMinorUnits = account.Debits,
        CreditsMinorUnits = account.Credits,
        PendingDebitsMinorUnits = account.PendingDebits,
        PendingCreditsMinorUnits = account.PendingCredits,
        BalanceMinorUnits = account.Balance,
        AvailableMinorUnits = account.Available,
        EntryCount = account.Entries,
        CreateTime = Time(account.CreateTimeUs),
    };

    public static LedgerV1.Transfer Of(LedgerTransfer transfer) => new()
    {
        Name = LedgerNames.OfTransfer(transfer.Id),
        Kind = (LedgerV1.TransferKind)transfer.Kind,
        DebitAccount = LedgerNames.OfAccount(transfer.DebitAccount),
        CreditAccount = LedgerNames.OfAccount(transfer.CreditAccount),
        Amount = Of(transfer.Currency, transfer.Amount),
        Code = transfer.Code,
        Payment = transfer.PaymentId is { } payment ? PaymentIds.NameOf(payment) : "",
        PendingTransfer = transfer.PendingId is { } pending ? LedgerNames.OfTransfer(pending) : "",
        PendingState = (LedgerV1.PendingState)(transfer.PendingState ?? 0),
        Timeout = transfer.ExpireTimeUs is { } end ? Duration.FromTimeSpan(TimeSpan.FromMicroseconds(end - transfer.CreateTimeUs)) : null,
        CreateTime = Time(transfer.CreateTimeUs),
        ExpireTime = transfer.ExpireTimeUs is { } expiry ? Time(expiry) : null,
    };

    public static LedgerV1.TransferResult Of(TransferResult result) => new()
    {
        Outcome = (LedgerV1.TransferOutcome)result.Outcome,
        CreateTime = result.IsKept ? Time(result.CreateTimeUs) : null,
    };

    public static LedgerV1.Entry Of(string accountId, LedgerEntry entry) => new()
    {
        Name = LedgerNames.OfEntry(accountId, entry.Number),
        Number = entry.Number,
        Transfer = LedgerNames.OfTransfer(entry.TransferId),
        Side = (LedgerV1.NormalSide)entry.Side,
        Amount = Of(entry.Amount.Currency, entry.Amount.MinorUnits),
        BalanceMinorUnits = entry.Balance,
        OtherAccount = LedgerNames.OfAccount(entry.OtherAccount),
        Code = entry.Code,
        CreateTime = Time(entry.CreateTimeUs),
    };

    private static LedgerV1.Money Of(string currency, long minorUnits) => new() { CurrencyCode = currency, MinorUnits = minorUnits };

    private static Timestamp Time(long microseconds) => Timestamp.FromDateTimeOffset(Times.FromMicroseconds(microseconds));
}
