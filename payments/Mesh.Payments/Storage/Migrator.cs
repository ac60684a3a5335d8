using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Mesh.Hosting;

namespace Mesh.Payments.Storage;

/// <summary>
/// Brings the schema up to date: each file of Storage/Migrations once, in the order of its number, all in one transaction
/// that any number of processes may attempt at once. A file that was changed after it had been applied is refused. Numbers
/// this version does not know are left alone: the version before and after a migration run on one schema.
/// </summary>
internal sealed partial class Migrator(IDatabase database, TimeProvider time, ILogger<Migrator> log)
{
    private const string Prefix = "migrations/";

    private const string CreateTable =
        "CREATE TABLE IF NOT EXISTS schema_migrations (number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, " +
        "hash TEXT NOT NULL, time_us BIGINT NOT NULL)";

    /// <exception cref="StartupException">The schema is not one this version can bring up to date.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await RunOnceAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Exception exception) when (attempt < 10 && database.Classify(exception) == SqlFailure.Conflict)
            {
                LogWaiting(exception.Message);
            }
            catch (Exception exception) when (exception is not (StartupException or OperationCanceledException or InvariantException))
            {
                throw new StartupException(
                    $"cannot prepare the store {database.Description}: {exception.Message}; see that it can be written by this process",
                    ExitCodes.Failed, exception);
            }
        }
    }

    /// <summary>Changes nothing.</summary>
    /// <exception cref="StartupException">The schema is not up to date here.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var newest = Known().Last();
        try
        {
            var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                var found = await session.QueryAsync("SELECT hash FROM schema_migrations WHERE number = $1",
                    [[newest.Number]], row => row.GetString(0), cancellationToken).ConfigureAwait(false);
                if (found[0].Count == 1 && found[0][0] == newest.Hash) return;
            }
        }
        catch (Exception exception) when (exception is not (StartupException or OperationCanceledException or InvariantException))
        {
            throw Elsewhere(exception);
        }

        throw Elsewhere(null);

        StartupException Elsewhere(Exception? exception) => new(
            $"the store {database.Description} has no migration {newest.Name}{(exception is null ? "" : $" ({exception.Message})")}; " +
            "see that --migration-store leads to the same database as --store, and that this user may read it", ExitCodes.Failed, exception);
    }

    private async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await session.BeginWriteAsync(cancellationToken).ConfigureAwait(false);
            await database.LockMigrationsAsync(session, cancellationToken).ConfigureAwait(false);
            await session.ExecuteAsync(CreateTable, cancellationToken).ConfigureAwait(false);
            var applied = await session.QueryAsync("SELECT number, hash FROM schema_migrations",
                row => (Number: row.GetInt64(0), Hash: row.GetString(1)), cancellationToken).ConfigureAwait(false);
            var hashes = applied.ToDictionary(row => row.Number, row => row.Hash);
            foreach (var migration in Known()) await ApplyAsync(session, migration, hashes, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ApplyAsync(
        ISqlSession session, Migration migration, Dictionary<long, string> applied, CancellationToken cancellationToken)
    {
        if (applied.TryGetValue(migration.Number, out var hash))
        {
            if (hash == migration.Hash) return;
            throw new StartupException(
                $"migration {migration.Name} of {database.Description} was applied with another text; " +
                "use the version of mesh-payments that made this store, or another store");
        }

        foreach (var statement in migration.Statements)
            await session.ExecuteAsync(statement, cancellationToken).ConfigureAwait(false);
        await session.ExecuteAsync("INSERT INTO schema_migrations (number, name, hash, time_us) VALUES ($1, $2, $3, $4)",
            cancellationToken, migration.Number, migration.Name, migration.Hash, Times.ToMicroseconds(time.GetUtcNow()))
            .ConfigureAwait(false);
        LogApplied(migration.Name, database.Description);
    }

    private static IEnumerable<Migration> Known()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var names = assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal));
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return new Migration(name[Prefix.Length..], reader.ReadToEnd());
        }
    }

    [LoggerMessage(20, LogLevel.Information, "applied migration {Name} to {Database}")]
    private partial void LogApplied(string name, string database);

    [LoggerMessage(21, LogLevel.Information, "waiting for another process that migrates the store: {Reason}")]
    private partial void LogWaiting(string reason);

    private sealed record Migration(string Name, string Text)
    {
        public long Number { get; } = long.Parse(Name.AsSpan(0, 3), CultureInfo.InvariantCulture);

        public string Hash { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)));

        /// <summary>Statements end with a semicolon at the end of a line.</summary>
        public IEnumerable<string> Statements => Text.Split(";\n", StringSplitOptions.RemoveEmptyEntries)
            .Where(statement => statement.Split('\n').Any(line => line.Length > 0 && !line.StartsWith("--", StringComparison.Ordinal)));
    }
}
