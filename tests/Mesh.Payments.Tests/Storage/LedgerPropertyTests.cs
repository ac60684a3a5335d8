using Mesh.Payments.Accounting;
using Mesh.Payments.Storage;
using Mesh.Payments.Tests.Support;

namespace Mesh.Payments.Tests.Storage;

/// <summary>Random batches on two replicas of one store, compared one by one with <see cref="NaiveLedger"/>.</summary>
public abstract class LedgerPropertyTests(StoreKind kind)
{
    private const int Rounds = 8;
    private const int Batches = 25;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_outcome_and_every_total_is_that_of_the_plainest_ledger()
    {
        await using var server = await TestServer.StartAsync(kind);
        var seen = new HashSet<TransferOutcome>();
        for (var round = 0; round < Rounds; round++) await RunAsync(server.Database, round, seen);

        // The test would be worth little if the batches did not meet every rule.
        Assert.Empty(Enum.GetValues<TransferOutcome>().Except(seen));
        Assert.Empty(await Books.CheckAsync(server.Database));
    }

    private static async Task RunAsync(IDatabase database, int round, HashSet<TransferOutcome> seen)
    {
        var random = new Random(round);
        var transfers = new RandomTransfers(random, $"r{round}");
        var naive = new NaiveLedger(transfers.Accounts.ToDictionary(account => account.Id));
        var now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
        await SendAsync(database, [.. transfers.Accounts.Select(account => new LedgerCall { Caller = "", Method = "test", Account = account })], now);
        for (var batch = 0; batch < Batches; batch++)
        {
            now += TimeSpan.FromMilliseconds(random.Next(1500));
            if (random.Next(3) == 0) await ReleaseAsync(database, naive, now);
            // Several calls of one commit are decided one after the other.
            var calls = Enumerable.Range(0, 1 + random.Next(3)).Select(_ => transfers.Batch()).ToList();
            var expected = calls.ConvertAll(call => naive.Decide(call, Times.ToMicroseconds(now)));

            var answers = await SendAsync(database, calls.ConvertAll(call => new LedgerCall { Caller = "test", Method = "test", Transfers = call }), now);

            for (var i = 0; i < calls.Count; i++)
            {
                var outcomes = answers[i].Results.Select(result => result.Outcome).ToList();
                Assert.True(expected[i].SequenceEqual(outcomes),
                    $"seed {round}, batch {batch}: expected {string.Join(' ', expected[i])} but was {string.Join(' ', outcomes)} for {string.Join('\n', calls[i])}");
                seen.UnionWith(outcomes);
            }
        }

        var reader = new LedgerReader(database);
        foreach (var rule in transfers.Accounts)
        {
            var account = (await reader.FindAccountAsync(rule.Id, Token))!;
            Assert.Equal(naive.Totals(rule.Id),
                (account.Debits, account.Credits, account.PendingDebits, account.PendingCredits, (int)account.Entries));
        }
    }

    private static async Task ReleaseAsync(IDatabase database, NaiveLedger naive, DateTimeOffset now)
    {
        naive.Release(Times.ToMicroseconds(now));
        var due = await new LedgerReader(database).ListExpiredAsync(now, 1000, Token);
        await SendAsync(database, [new LedgerCall { Caller = "", Method = "test", Expired = due }], now);
    }

    /// <summary>As the queue does it: again with a look-up when the database refused a transfer's id.</summary>
    private static async Task<List<LedgerAnswer>> SendAsync(IDatabase database, IReadOnlyList<LedgerCall> calls, DateTimeOffset now)
    {
        for (var lookUp = false; ; lookUp = true)
        {
            await using var session = await database.OpenAsync(Token);
            try
            {
                var results = await new LedgerBatch(session, calls, now, lookUp).RunAsync(Token);
                return [.. results.Select(result => result.Value!)];
            }
            catch (MutationConflictException) when (!lookUp)
            {
                // A transfer that exists already.
            }
        }
    }
}
