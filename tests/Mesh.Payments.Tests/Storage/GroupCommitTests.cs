using Mesh.Payments.Storage;
using Mesh.Payments.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Payments.Tests.Storage;

/// <summary>What becomes of a batch that loses against another transaction.</summary>
public sealed class GroupCommitTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_serialization_failure_is_tried_again_and_the_caller_sees_only_the_result()
    {
        await using var server = await TestServer.StartAsync(StoreKind.Postgres);
        await ExecuteAsync(server.Database, "CREATE TABLE counters (id BIGINT PRIMARY KEY, value BIGINT)");
        await ExecuteAsync(server.Database, "INSERT INTO counters VALUES (1, 0)");
        await using var queue = Queue(server.Database, async (session, attempt) =>
        {
            await session.BeginWriteAsync(Token);
            await session.ExecuteAsync("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", Token);
            await session.QueryAsync("SELECT value FROM counters", row => row.GetInt64(0), Token);
            // Between what the first attempt reads and what it writes, somebody else writes the same row.
            if (attempt == 1) await ExecuteAsync(server.Database, "UPDATE counters SET value = 10");
            await session.ExecuteAsync("UPDATE counters SET value = value + 1", Token);
            await session.CommitAsync(Token);
            return attempt;
        });

        Assert.Equal(2, await queue.RunAsync("", Token));

        await using var session = await server.Database.OpenAsync(Token);
        var values = await session.QueryAsync("SELECT value FROM counters", row => row.GetInt64(0), Token);
        Assert.Equal(11, values[0]);
    }

    [Theory]
    [InlineData("40001")]
    [InlineData("40P01")]
    [InlineData("55P03")]
    public async Task Conflicts_are_tried_again_until_one_attempt_gets_through(string state)
    {
        await using var server = await TestServer.StartAsync(StoreKind.Postgres);
        await using var queue = Queue(server.Database, async (session, attempt) =>
        {
            if (attempt < 4) await session.ExecuteAsync($"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END $$", Token);
            return attempt;
        });

        Assert.Equal(4, await queue.RunAsync("", Token));
    }

    [Fact]
    public async Task Nothing_is_tried_again_for_callers_who_have_all_gone()
    {
        using var gone = new CancellationTokenSource();
        var attempts = 0;
        await using var server = await TestServer.StartAsync(StoreKind.Sqlite);
        var queue = Queue(server.Database, async (_, attempt) =>
        {
            attempts = attempt;
            if (attempt == 3) await gone.CancelAsync();
            throw new MutationConflictException("always");
        });
        await using (queue) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queue.RunAsync("", gone.Token));

        Assert.Equal(3, attempts);
    }

    [Fact]
    public async Task More_than_the_limit_is_refused_and_a_lone_item_of_any_weight_is_not()
    {
        var release = new TaskCompletionSource();
        await using var server = await TestServer.StartAsync(StoreKind.Sqlite);
        await using var queue = Queue(server.Database, async (_, attempt) =>
        {
            await release.Task;
            return attempt;
        });
        // It weighs more than the limit, and is taken out of the queue by the only worker.
        var running = queue.RunAsync(new string('x', 20), Token);
        while (queue.WaitingWeight > 0) await Task.Delay(1, Token);
        var waiting = queue.RunAsync(new string('x', 6), Token);

        await Assert.ThrowsAsync<QueueFullException>(() => queue.RunAsync(new string('x', 5), Token));
        var fits = queue.RunAsync(new string('x', 4), Token);
        release.SetResult();

        Assert.All(await Task.WhenAll(running, waiting, fits), attempt => Assert.Equal(1, attempt));
        Assert.Equal(0, queue.WaitingWeight);
    }

    private static GroupCommit<string, int> Queue(IDatabase database, Func<ISqlSession, int, Task<int>> run) => new(
        new GroupCommitOptions("test", WaitingLimit: 10, BatchLimit: 10), database, item => Math.Max(1, item.Length),
        async (session, items, attempt, _) =>
        {
            var result = await run(session, attempt);
            return [.. items.Select(_ => new CommitResult<int>(result))];
        },
        TimeProvider.System, NullLogger.Instance);

    private static async Task ExecuteAsync(IDatabase database, string sql)
    {
        await using var session = await database.OpenAsync(Token);
        await session.ExecuteAsync(sql, Token);
    }
}
