using System.Globalization;
using Npgsql;

namespace Mesh.Payments.Faults.Processes;

/// <summary>
/// A PostgreSQL primary and, where wanted, a standby without which nothing is committed: what was acknowledged is on both,
/// so a promoted standby has all of it.
/// </summary>
public sealed class PostgresPair : IAsyncDisposable
{
    private const string Database = "payments";

    private readonly string folder = Directory.CreateTempSubdirectory("mesh-payments-pair-").FullName;
    private readonly PostgresNode primary;
    private readonly PostgresNode? standby;

    private PostgresPair(bool hasStandby)
    {
        primary = new PostgresNode("one", folder);
        standby = hasStandby ? new PostgresNode("two", folder) : null;
    }

    /// <summary>Whether PostgreSQL is installed.</summary>
    public static bool IsInstalled => PostgresTools.Folder is not null;

    /// <summary>The setting <c>store</c> of mesh-payments: both hosts, of which the one that takes writes is found.</summary>
    public string Store
    {
        get
        {
            var hosts = standby is null ? Host(primary) : $"{Host(primary)},{Host(standby)}";
            var target = standby is null ? "" : ";Target Session Attributes=primary;Host Recheck Seconds=1";
            return $"postgres:Host={hosts};Username=postgres;Database={Database};Maximum Pool Size=20;Timeout=3;Command Timeout=10{target}";
        }
    }

    public static async Task<PostgresPair> StartAsync(bool hasStandby, CancellationToken cancellationToken)
    {
        var pair = new PostgresPair(hasStandby);
        try
        {
            await pair.StartAsync(cancellationToken);
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills the primary as a crash of its machine would, and makes the standby the primary.</summary>
    public async Task FailOverAsync(CancellationToken cancellationToken)
    {
        primary.Kill();
        await standby!.PromoteAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await primary.StopAsync();
        if (standby is not null) await standby.StopAsync();
        NpgsqlConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    private static string Host(PostgresNode node) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{node.Port}");

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        await PostgresTools.OwnAsync(folder, cancellationToken);
        await primary.CreateAsync(cancellationToken);
        await primary.StartAsync(cancellationToken);
        await ExecuteAsync($"CREATE DATABASE {Database}", cancellationToken);
        if (standby is null) return;
        await standby.CopyAsync(primary, cancellationToken);
        await standby.StartAsync(cancellationToken);
        // Set after the copy was made: the standby, once it is the primary, must not wait for one itself.
        await ExecuteAsync($"ALTER SYSTEM SET synchronous_standby_names = '{standby.Name}'", cancellationToken);
        await ExecuteAsync("SELECT pg_reload_conf()", cancellationToken);
        await Eventually.HoldsAsync(IsSynchronousAsync, cancellationToken);

        async Task<bool> IsSynchronousAsync() =>
            await ExecuteAsync("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync' AND state = 'streaming'", cancellationToken) is 1L;
    }

    private async Task<object?> ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(
            string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={primary.Port};Username=postgres;Database=postgres;Pooling=False"));
        await connection.OpenAsync(cancellationToken);
#pragma warning disable CA2100 // Made of constants of this file.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(cancellationToken);
    }
}
