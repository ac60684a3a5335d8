using Mesh.Hosting;
using Mesh.Payments.Storage;
using Mesh.Payments.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Payments.Tests.Storage;

public sealed class MigrationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_migrators_on_one_new_file_at_once_apply_everything_once()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("new.db");

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(async () =>
        {
            await using var database = await SqliteDatabase.OpenAsync(path, Token);
            await Migrator(database).RunAsync(Token);
        }, Token)));

        await using var read = await SqliteDatabase.OpenAsync(path, Token);
        Assert.Equal(1, await CountAsync(read, "SELECT COUNT(*) FROM schema_migrations WHERE number = 1"));
    }

    [Fact]
    public async Task A_migration_whose_text_changed_after_it_was_applied_is_refused()
    {
        using var folder = new TemporaryFolder();
        await using var database = await SqliteDatabase.OpenAsync(folder.File("p.db"), Token);
        await Migrator(database).RunAsync(Token);
        await ExecuteAsync(database, "UPDATE schema_migrations SET hash = 'other'");

        var exception = await Assert.ThrowsAsync<StartupException>(() => Migrator(database).RunAsync(Token));

        Assert.Contains("001-payments.sql", exception.Message);
    }

    [Fact]
    public async Task A_migration_of_a_later_version_is_left_alone()
    {
        using var folder = new TemporaryFolder();
        await using var database = await SqliteDatabase.OpenAsync(folder.File("p.db"), Token);
        await Migrator(database).RunAsync(Token);
        await ExecuteAsync(database, "INSERT INTO schema_migrations VALUES (900, '900-later.sql', 'x', 0)");

        await Migrator(database).RunAsync(Token);

        Assert.Equal(1, await CountAsync(database, "SELECT COUNT(*) FROM schema_migrations WHERE number = 900"));
    }

    [Fact]
    public async Task Migrations_may_take_another_way_to_the_same_store_and_no_other()
    {
        using var store = await TestStore.NewAsync(StoreKind.Sqlite);
        using var other = await TestStore.NewAsync(StoreKind.Sqlite);
        await using (var database = await SqliteDatabase.OpenAsync(store.Address.Target, Token))
        {
            await Migrator(database).RunAsync(Token);
            await Migrator(database).CheckAsync(Token);
        }

        await using var empty = await SqliteDatabase.OpenAsync(other.Address.Target, Token);
        var exception = await Assert.ThrowsAsync<StartupException>(() => Migrator(empty).CheckAsync(Token));
        Assert.Contains("--migration-store", exception.Message);
    }

    private static Migrator Migrator(IDatabase database) => new(database, TimeProvider.System, NullLogger<Migrator>.Instance);

    private static async Task<long> CountAsync(SqliteDatabase database, string sql)
    {
        await using var session = await database.OpenAsync(Token);
        return (await session.QueryAsync(sql, row => row.GetInt64(0), Token))[0];
    }

    private static async Task ExecuteAsync(SqliteDatabase database, string sql)
    {
        await using var session = await database.OpenAsync(Token);
        await session.ExecuteAsync(sql, Token);
    }
}
