namespace Mesh.Payments.Domain;

/// <summary>The ledger accounts that payments post to, per currency and merchant.</summary>
internal static class ChartOfAccounts
{
    /// <summary>What the acquirer holds for us on cards: the other side of <see cref="Holds"/>.</summary>
    public static LedgerAccount Authorized(string currency) =>
        new($"acquirer/authorized/{currency}", currency, NormalSide.Debit, MayGoNegative: false);

    /// <summary>What is authorized for a merchant and not captured.</summary>
    public static LedgerAccount Holds(string merchant, string currency) =>
        new($"merchants/{merchant}/holds/{currency}", currency, NormalSide.Credit, MayGoNegative: false);

    /// <summary>What the acquirer owes us; negative while refunds outweigh captures that are not settled.</summary>
    public static LedgerAccount Receivable(string currency) =>
        new($"acquirer/receivable/{currency}", currency, NormalSide.Debit, MayGoNegative: true);

    /// <summary>What we owe a merchant; negative when refunds follow a payout.</summary>
    public static LedgerAccount Payable(string merchant, string currency) =>
        new($"merchants/{merchant}/payable/{currency}", currency, NormalSide.Credit, MayGoNegative: true);

    /// <summary>What was refunded for a merchant, gross.</summary>
    public static LedgerAccount Refunds(string merchant, string currency) =>
        new($"merchants/{merchant}/refunds/{currency}", currency, NormalSide.Debit, MayGoNegative: false);

    /// <summary>What we earned.</summary>
    public static LedgerAccount Fees(string currency) =>
        new($"fees/{currency}", currency, NormalSide.Credit, MayGoNegative: false);
}
