using Mesh.Payments.Storage;
using Mesh.Payments.Telemetry;
using Mesh.Payments.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Mesh.Payments.Tests.Telemetry;

public sealed class SlowStatementsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_takes_as_long_as_the_threshold_is_logged_by_its_name_and_without_values()
    {
        var log = await RunAsync(threshold: TimeSpan.Zero);

        Assert.Collection(log,
            line => Assert.StartsWith("BEGIN waited ", line),
            line => Assert.StartsWith("CREATE took ", line),
            line => Assert.StartsWith("INSERT cards took ", line),
            line => Assert.StartsWith("a commit took ", line));
        Assert.DoesNotContain(log, line => line.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_faster_is_not_logged() => Assert.Empty(await RunAsync(threshold: TimeSpan.FromHours(1)));

    [Theory]
    [InlineData("SELECT a, b FROM accounts WHERE id = $1 FOR UPDATE", "SELECT accounts")]
    [InlineData("INSERT INTO transfers (id) VALUES ($1)", "INSERT transfers")]
    [InlineData("UPDATE payments SET state = $1", "UPDATE payments")]
    [InlineData("DELETE FROM idempotency_keys WHERE 1 = 1", "DELETE idempotency_keys")]
    [InlineData("-- Why it is there.\nCREATE TABLE x (id TEXT)", "CREATE")]
    [InlineData("", "")]
    public void A_statement_is_named_by_its_verb_and_table(string sql, string expected) => Assert.Equal(expected, StatementNames.Of(sql));

    private static async Task<List<string>> RunAsync(TimeSpan threshold)
    {
        using var folder = new TemporaryFolder();
        var lines = new List<string>();
        var slow = new SlowStatements(threshold);
        slow.LogTo(new ListLogger(lines));
        await using var database = new MeasuredDatabase(await SqliteDatabase.OpenAsync(folder.File("p.db"), Token), slow, TimeProvider.System);
        await using var session = await database.OpenAsync(Token);
        await session.BeginWriteAsync(Token);
        await session.ExecuteAsync("CREATE TABLE cards (name TEXT)", Token);
        await session.ExecuteAsync("INSERT INTO cards VALUES ($1)", Token, "secret");
        await session.CommitAsync(Token);
        return lines;
    }

    private sealed class ListLogger(List<string> lines) : ILogger<SlowStatements>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Add(formatter(state, exception));
    }
}
