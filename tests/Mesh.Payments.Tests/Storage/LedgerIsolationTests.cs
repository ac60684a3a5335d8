using Mesh.Payments.Accounting;
using Mesh.Payments.Domain;
using Mesh.Payments.Storage;
using Mesh.Payments.Tests.Support;

namespace Mesh.Payments.Tests.Storage;

/// <summary>
/// Forces the races that a ledger must survive: a replica is held just before its commit while another does its work. Whatever
/// order the database gives them, the outcomes are those of one after the other.
/// </summary>
public abstract class LedgerIsolationTests(StoreKind kind)
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_account_that_was_never_used_is_not_overdrawn_by_two_at_once()
    {
        await using var server = await TestServer.StartAsync(kind);
        await OpenAsync(server, "bank", mayGoNegative: true);
        await OpenAsync(server, "shop");
        // The row itself is made by the first of the two transactions, together with its balance.
        var opened = new LedgerCall
        {
            Caller = "",
            Method = "test",
            Account = new LedgerAccount("new", "EUR", NormalSide.Credit, MayGoNegative: false),
            Transfers = [Transfer("fill", "bank", "new", 100), Transfer("spend-1", "new", "shop", 100)],
        };
        var spent = opened with { Transfers = [Transfer("spend-2", "new", "shop", 100)] };

        var (first, second) = await RaceAsync(server, opened, spent);

        Assert.Equal([TransferOutcome.Created, TransferOutcome.Created], first);
        Assert.Equal([TransferOutcome.ExceedsDebitAccountBalance], second);
        Assert.Empty(await Books.CheckAsync(server.Database));
    }

    [Fact]
    public async Task Two_at_once_do_not_lose_an_update()
    {
        await using var server = await TestServer.StartAsync(kind);
        await OpenAsync(server, "bank", mayGoNegative: true);
        await OpenAsync(server, "alice");

        var (first, second) = await RaceAsync(server, Call(Transfer("a", "bank", "alice", 10)), Call(Transfer("b", "bank", "alice", 20)));

        Assert.Equal((TransferOutcome.Created, TransferOutcome.Created), (first[0], second[0]));
        Assert.Equal(30, await BalanceAsync(server, "alice"));
        Assert.Empty(await Books.CheckAsync(server.Database));
    }

    [Fact]
    public async Task Two_at_once_do_not_both_spend_what_is_there_once()
    {
        await using var server = await TestServer.StartAsync(kind);
        await OpenAsync(server, "bank", mayGoNegative: true);
        foreach (var id in (string[])["alice", "bob", "carol"]) await OpenAsync(server, id);
        await RunAsync(server, Call(Transfer("fill", "bank", "alice", 100)));

        // Write skew: each reads the balance and writes another row beside it.
        var (first, second) = await RaceAsync(server, Call(Transfer("a", "alice", "bob", 70)), Call(Transfer("b", "alice", "carol", 70)));

        Assert.Equal((TransferOutcome.Created, TransferOutcome.ExceedsDebitAccountBalance), (first[0], second[0]));
        Assert.Equal(30, await BalanceAsync(server, "alice"));
        Assert.Empty(await Books.CheckAsync(server.Database));
    }

    [Fact]
    public async Task A_pending_transfer_is_not_posted_and_voided_at_once()
    {
        await using var server = await TestServer.StartAsync(kind);
        await OpenAsync(server, "bank", mayGoNegative: true);
        await OpenAsync(server, "alice");
        await RunAsync(server, Call(Transfer("hold", "bank", "alice", 10) with { Kind = TransferKind.Pending }));

        var (first, second) = await RaceAsync(server, Call(Resolve("post", TransferKind.PostPending)), Call(Resolve("void", TransferKind.VoidPending)));

        Assert.Equal((TransferOutcome.Created, TransferOutcome.PendingTransferPosted), (first[0], second[0]));
        Assert.Empty(await Books.CheckAsync(server.Database));
    }

    [Theory]
    [InlineData("bank", "alice", nameof(TransferOutcome.Exists))]
    [InlineData("till", "bob", nameof(TransferOutcome.ExistsWithDifferentFields))]
    public async Task A_transfer_id_from_two_replicas_at_once_is_taken_once(string debit, string credit, string expected)
    {
        await using var server = await TestServer.StartAsync(kind);
        foreach (var id in (string[])["bank", "till"]) await OpenAsync(server, id, mayGoNegative: true);
        foreach (var id in (string[])["alice", "bob"]) await OpenAsync(server, id);

        // Other accounts have no lock in common: only the id stands between the two.
        var (first, second) = await RaceAsync(server, Call(Transfer("same", "bank", "alice", 10)), Call(Transfer("same", debit, credit, 10)));

        Assert.Equal((TransferOutcome.Created, expected), (first[0], second[0].ToString()));
        Assert.Equal((10, 0), (await BalanceAsync(server, "alice"), await BalanceAsync(server, "bob")));
        Assert.Empty(await Books.CheckAsync(server.Database));
    }

    [Fact]
    public async Task Many_callers_on_two_replicas_end_with_books_that_balance_and_no_account_below_zero()
    {
        using var store = await TestStore.NewAsync(kind);
        await using var first = await TestServer.StartAsync(store, "first");
        await using var second = await TestServer.StartAsync(store, "second");
        await OpenAsync(first, "bank", mayGoNegative: true);
        string[] ids = ["a", "b", "c", "d"];
        foreach (var id in ids) await OpenAsync(first, id);
        foreach (var id in ids) await RunAsync(first, Call(Transfer($"fill-{id}", "bank", id, 20)));

        var callers = Enumerable.Range(0, 16).Select(async caller =>
        {
            var random = new Random(caller);
            var client = (caller % 2 == 0 ? first : second).Ledger;
            var kept = 0;
            for (var i = 0; i < 15; i++)
            {
                var from = random.Next(ids.Length);
                var to = (from + 1 + random.Next(ids.Length - 1)) % ids.Length;
                // Pairs of callers use the same ids, on different replicas.
                var transfer = LedgerRequests.Move(ids[from], ids[to], 1 + random.Next(15), name: $"transfers/t-{caller / 2}-{i}");
                var outcome = Assert.Single(await client.SendAsync(transfer));
                if (outcome is LedgerV1.TransferOutcome.Created) kept++;
            }

            return kept;
        });
        var created = (await Task.WhenAll(callers)).Sum();

        await using var session = await first.Database.OpenAsync(Token);
        var rows = await session.QueryAsync("SELECT COUNT(*) FROM transfers WHERE id LIKE 't-%'", row => row.GetInt64(0), Token);
        Assert.Equal(created, rows[0]);
        Assert.InRange(created, 1, 8 * 15);
        Assert.Empty(await Books.CheckAsync(first.Database));
    }

    /// <summary>
    /// The first writes everything and stops before its commit; then the second begins, on another connection, and can finish only
    /// once the first was let go.
    /// </summary>
    private static async Task<(List<TransferOutcome> First, List<TransferOutcome> Second)> RaceAsync(
        TestServer server, LedgerCall first, LedgerCall second)
    {
        await using var held = new HeldSession(await server.Database.OpenAsync(Token));
        var winner = Task.Run(() => new LedgerBatch(held, [first], Now, lookUp: false).RunAsync(Token), Token);
        await held.AtCommit;
        var queue = new LedgerQueue(server.Database, new GroupCommitOptions("test", 100, 100), TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<LedgerQueue>.Instance);
        await using (queue)
        {
            var loser = queue.RunAsync(second, Token);
            // It cannot be seen from outside that it waits for the lock: where it has not come so far yet, it comes later, and
            // the outcome is the same.
            await Task.WhenAny(loser, Task.Delay(50, Token));
            Assert.False(loser.IsCompleted);
            held.Release();
            var results = (await winner)[0].Value!.Results;
            return ([.. results.Select(result => result.Outcome)], [.. (await loser).Results.Select(result => result.Outcome)]);
        }
    }

    private static async Task OpenAsync(TestServer server, string id, bool mayGoNegative = false) => await RunAsync(server, new LedgerCall
    {
        Caller = "",
        Method = "test",
        Account = new LedgerAccount(id, "EUR", mayGoNegative ? NormalSide.Debit : NormalSide.Credit, mayGoNegative),
    });

    private static async Task RunAsync(TestServer server, LedgerCall call)
    {
        await using var session = await server.Database.OpenAsync(Token);
        var results = await new LedgerBatch(session, [call], Now, lookUp: false).RunAsync(Token);
        Assert.All(results[0].Value!.Results, result => Assert.Equal(TransferOutcome.Created, result.Outcome));
    }

    private static async Task<long> BalanceAsync(TestServer server, string id) =>
        (await new LedgerReader(server.Database).FindAccountAsync(id, Token))!.Balance;

    private static LedgerCall Call(params TransferRequest[] transfers) => new() { Caller = "", Method = "test", Transfers = transfers };

    private static TransferRequest Transfer(string id, string debit, string credit, long amount) =>
        new(id, TransferKind.Immediate, debit, credit, "EUR", amount, 0);

    private static TransferRequest Resolve(string id, TransferKind how) => new(id, how, null, null, null, null, 0) { PendingId = "hold" };
}
