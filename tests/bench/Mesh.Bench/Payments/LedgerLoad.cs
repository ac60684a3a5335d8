using Mesh.Payments.LedgerV1;

namespace Mesh.Bench.Payments;

/// <summary>Accounts, and transfers between two of them drawn at random, one per call.</summary>
internal sealed class LedgerLoad(BenchService service, int accounts)
{
    private const int Openers = 256;
    private const int ImportSize = 1024;
    private const long Filling = 1_000_000_000;

    /// <summary>Transfers that were answered as created, the filling of the accounts included.</summary>
    public long Created { get; private set; }

    /// <summary>Opens the accounts, which may not go negative, and fills them.</summary>
    public async Task PrepareAsync()
    {
        var clients = Clients(Openers);
        await OpenAsync(clients[0], "bank", NormalSide.Debit, mayGoNegative: true);
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Openers).Select(opener => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var account && account < accounts)
                await OpenAsync(clients[opener % clients.Count], Id(account), NormalSide.Credit, mayGoNegative: false);
        })));

        using var import = clients[0].ImportTransfers();
        foreach (var chunk in Enumerable.Range(0, accounts).Chunk(ImportSize))
        {
            var batch = new CreateTransfersRequest();
            batch.Transfers.AddRange(chunk.Select(account => Transfer($"fill-{account:x}", "bank", Id(account), Filling)));
            await import.RequestStream.WriteAsync(batch);
        }

        await import.RequestStream.CompleteAsync();
        var response = await import;
        if (response.CreatedCount != accounts) throw new InvalidOperationException($"{response.CreatedCount} of {accounts} accounts were filled");
        Created += response.CreatedCount;
    }

    public async Task<Figures> RunAsync(int callers, TimeSpan warmUp, TimeSpan measured)
    {
        var clients = Clients(callers);
        var (figures, answers) = await Load.RunAsync(callers, warmUp, measured, async (caller, random) =>
        {
            var from = random.Next(accounts);
            var to = (from + 1 + random.Next(accounts - 1)) % accounts;
            var request = new CreateTransfersRequest
            {
                Transfers = { Transfer($"{Guid.CreateVersion7():N}", Id(from), Id(to), 1 + random.Next(100)) },
            };
            var response = await clients[caller % clients.Count].CreateTransfersAsync(request);
            if (response.Results[0].Outcome != TransferOutcome.Created) throw new InvalidOperationException($"a transfer was {response.Results[0].Outcome}");
        });
        Created += answers;
        return figures;
    }

    private List<Ledger.LedgerClient> Clients(int callers) =>
        service.LedgerChannels(callers).ConvertAll(channel => new Ledger.LedgerClient(channel));

    private static async Task OpenAsync(Ledger.LedgerClient client, string id, NormalSide side, bool mayGoNegative) =>
        await client.CreateAccountAsync(new CreateAccountRequest
        {
            Account = new Account { Name = $"accounts/{id}", CurrencyCode = "EUR", NormalSide = side, MayGoNegative = mayGoNegative },
        });

    private static Transfer Transfer(string id, string debit, string credit, long minorUnits) => new()
    {
        Name = $"transfers/{id}",
        DebitAccount = $"accounts/{debit}",
        CreditAccount = $"accounts/{credit}",
        Amount = new Money { CurrencyCode = "EUR", MinorUnits = minorUnits },
    };

    private static string Id(int account) => $"wallets/w{account:x5}";
}
