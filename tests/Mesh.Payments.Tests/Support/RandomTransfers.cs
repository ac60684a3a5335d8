using Mesh.Payments.Accounting;
using Mesh.Payments.Domain;

namespace Mesh.Payments.Tests.Support;

/// <summary>Makes accounts and batches of transfers that meet each other often: few accounts, few ids, small balances.</summary>
internal sealed class RandomTransfers(Random random, string prefix)
{
    private readonly List<TransferRequest> made = [];

    public IReadOnlyList<LedgerAccount> Accounts { get; } =
    [
        new($"{prefix}/world", "EUR", NormalSide.Debit, MayGoNegative: true),
        new($"{prefix}/debt", "EUR", NormalSide.Credit, MayGoNegative: true),
        new($"{prefix}/alice", "EUR", NormalSide.Credit, MayGoNegative: false),
        new($"{prefix}/bob", "EUR", NormalSide.Credit, MayGoNegative: false),
        new($"{prefix}/cash", "EUR", NormalSide.Debit, MayGoNegative: false),
        new($"{prefix}/yen", "JPY", NormalSide.Debit, MayGoNegative: true),
    ];

    public List<TransferRequest> Batch() => [.. Enumerable.Range(0, 1 + random.Next(12)).Select(_ => Next())];

    private TransferRequest Next()
    {
        // Sent again as it was, or with one field changed.
        if (made.Count > 0 && random.Next(6) == 0)
        {
            var again = made[random.Next(made.Count)];
            return random.Next(3) == 0 ? again with { Amount = (again.Amount ?? 0) + 1 } : again;
        }

        var id = $"{prefix}-{made.Count}";
        var request = random.Next(4) == 0 ? Resolution(id) : New(id);
        request = request with { IsLinked = random.Next(4) == 0 };
        made.Add(request);
        return request;
    }

    private TransferRequest New(string id)
    {
        var isPending = random.Next(3) == 0;
        var debit = Account();
        string credit;
        do credit = Account();
        while (credit == debit);
        return new TransferRequest(id, isPending ? TransferKind.Pending : TransferKind.Immediate, debit, credit,
            random.Next(20) == 0 ? "JPY" : "EUR", Amount(), (short)random.Next(3))
        {
            TimeoutUs = isPending && random.Next(2) == 0 ? 1 + random.Next(5_000_000) : null,
        };
    }

    private TransferRequest Resolution(string id)
    {
        var pending = random.Next(4) == 0
            ? made.Count == 0 ? null : made[random.Next(made.Count)]
            : made.Where(request => request.Kind == TransferKind.Pending).TakeLast(4).OrderBy(_ => random.Next()).FirstOrDefault();
        return new TransferRequest(id, random.Next(2) == 0 ? TransferKind.PostPending : TransferKind.VoidPending,
            random.Next(4) == 0 ? Account() : null, null, null, random.Next(2) == 0 ? 1 + random.Next(50) : null, (short)(random.Next(8) == 0 ? 1 : 0))
        {
            PendingId = pending?.Id ?? $"{prefix}-none",
        };
    }

    private string Account() => random.Next(40) == 0 ? $"{prefix}/nobody" : Accounts[random.Next(Accounts.Count)].Id;

    /// <summary>Huge ones are too large for any account, so that sums over accounts stay countable for the checker of the books.</summary>
    private long Amount() => random.Next(25) == 0 ? random.NextInt64((1L << 62) + 1, long.MaxValue) : 1 + random.Next(60);
}
