using Mesh.Payments.LedgerV1;

namespace Mesh.Payments.Tests.Support;

/// <summary>Requests to the ledger as a client makes them.</summary>
internal static class LedgerRequests
{
    public static string NewName() => $"transfers/{Guid.NewGuid():N}";

    public static Task<Account> OpenAsync(
        this Ledger.LedgerClient client, string id, NormalSide side = NormalSide.Credit, bool mayGoNegative = false, string currency = "EUR") =>
        client.CreateAccountAsync(new CreateAccountRequest
        {
            Account = new Account { Name = $"accounts/{id}", CurrencyCode = currency, NormalSide = side, MayGoNegative = mayGoNegative },
        }).ResponseAsync;

    /// <summary>Opens an account that may go negative and fills another from it, which may not.</summary>
    public static async Task OpenFilledAsync(this Ledger.LedgerClient client, string id, long amount)
    {
        await client.OpenAsync("world", NormalSide.Debit, mayGoNegative: true);
        await client.OpenAsync(id);
        Assert.Equal([TransferOutcome.Created], await client.SendAsync(Move("world", id, amount)));
    }

    public static Transfer Move(string from, string to, long minorUnits, TransferKind kind = TransferKind.Immediate, string? name = null) => new()
    {
        Name = name ?? NewName(),
        DebitAccount = $"accounts/{from}",
        CreditAccount = $"accounts/{to}",
        Amount = Eur(minorUnits),
        Kind = kind,
    };

    public static Transfer Post(string pending, long? minorUnits = null) => new()
    {
        Name = NewName(),
        Kind = TransferKind.PostPending,
        PendingTransfer = pending,
        Amount = minorUnits is { } amount ? Eur(amount) : null,
    };

    public static Transfer Void(string pending) => new() { Name = NewName(), Kind = TransferKind.VoidPending, PendingTransfer = pending };

    public static Transfer Linked(this Transfer transfer)
    {
        transfer.Linked = true;
        return transfer;
    }

    public static Money Eur(long minorUnits) => new() { CurrencyCode = "EUR", MinorUnits = minorUnits };

    /// <summary>One call with all of them.</summary>
    public static async Task<IReadOnlyList<TransferOutcome>> SendAsync(this Ledger.LedgerClient client, params Transfer[] transfers)
    {
        var response = await client.CreateTransfersAsync(new CreateTransfersRequest { Transfers = { transfers } });
        return [.. response.Results.Select(result => result.Outcome)];
    }

    /// <summary>Posted balance and what is available of it.</summary>
    public static async Task<(long Balance, long Available)> BalanceAsync(this Ledger.LedgerClient client, string id)
    {
        var account = await client.GetAccountAsync(new GetAccountRequest { Name = $"accounts/{id}" });
        return (account.BalanceMinorUnits, account.AvailableMinorUnits);
    }
}
