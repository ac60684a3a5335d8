using System.Net.Sockets;
using Mesh.Aws;
using Mesh.Hosting;
using Npgsql;

namespace Mesh.Payments.Storage;

/// <summary>PostgreSQL 13 or newer, Aurora PostgreSQL, or either behind RDS Proxy.</summary>
/// <remarks>
/// Nothing that pins a proxy's connection is used: no SET, no prepared statements with names, no session locks, no reset when
/// a connection goes back to the pool. With several hosts the one that takes writes is found, also after a failover.
/// </remarks>
internal sealed class PostgresDatabase : IDatabase
{
    /// <summary>Any number, the same for every version of this program.</summary>
    private const long MigrationLock = 0x6D657368_00000001;

    private readonly NpgsqlDataSource source;
    private readonly NpgsqlConnectionStringBuilder settings;

    private PostgresDatabase(NpgsqlDataSource source, NpgsqlConnectionStringBuilder settings)
    {
        this.source = source;
        this.settings = settings;
    }

    public string Description => $"postgres:{settings.Host}/{settings.Database}";

    /// <summary>While one transaction commits, the next is filled.</summary>
    public int Writers => 2;

    /// <param name="connectionString">In Npgsql's form; the password comes from PGPASSWORD or PGPASSFILE.</param>
    /// <param name="passwords">Instead of those, for users that log in with IAM; or null.</param>
    /// <exception cref="StartupException">The server cannot be reached, or refuses this user.</exception>
    public static async Task<PostgresDatabase> OpenAsync(
        string connectionString, RdsPasswords? passwords, CancellationToken cancellationToken)
    {
        var settings = Parse(connectionString);
        // The name stands in metrics, which otherwise show the whole connection string.
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = settings.Database };
        // Asked for each new connection: a token is for one host, and the hosts of a cluster share this source.
        if (passwords is not null) builder.UsePasswordProvider(passwords.Get, passwords.GetAsync);
        var source = settings.Host!.Contains(',', StringComparison.Ordinal)
            ? builder.BuildMultiHost().WithTargetSession(TargetSessionAttributes.Primary)
            : builder.Build();
        var database = new PostgresDatabase(source, settings);
        try
        {
            var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
            await session.DisposeAsync().ConfigureAwait(false);
            return database;
        }
        catch (Exception exception) when (exception is NpgsqlException or SocketException or TimeoutException)
        {
            await database.DisposeAsync().ConfigureAwait(false);
            var reason = exception.InnerException is AwsCredentialsException credentials ? credentials.Message : exception.Message;
            throw new StartupException(
                $"cannot connect to the store {database.Description} as {settings.Username}: {reason}; " +
                (passwords is null
                    ? "see that the server runs, that the database exists and that PGPASSWORD or PGPASSFILE has the password"
                    : "see that the server runs, that the database exists and that rds-db:connect is allowed for this user"),
                ExitCodes.Failed, exception);
        }
    }

    /// <exception cref="FormatException">Not a connection string for a store.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string connectionString)
    {
        NpgsqlConnectionStringBuilder settings;
        try
        {
            settings = new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (ArgumentException exception)
        {
            throw new FormatException($"'{connectionString}' is not a connection string: {exception.Message}", exception);
        }

        if (string.IsNullOrEmpty(settings.Host)) throw new FormatException($"'{connectionString}' names no Host");
        if (string.IsNullOrEmpty(settings.Database)) throw new FormatException($"'{connectionString}' names no Database");
        if (!string.IsNullOrEmpty(settings.Password))
            throw new FormatException("must not contain a Password, which others could read; set PGPASSWORD, or PGPASSFILE");
        settings.NoResetOnClose = true;
        // TLS is what protects the connection; asking for Kerberos first costs a round trip, and RDS Proxy does not know it.
        settings.GssEncryptionMode = GssEncryptionMode.Disable;
        settings.ApplicationName ??= "mesh-payments";
        settings.IncludeErrorDetail = false;
        return settings;
    }

    public async Task<ISqlSession> OpenAsync(CancellationToken cancellationToken) =>
        new PostgresSession(await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false));

    public SqlFailure Classify(Exception exception) => exception switch
    {
        PostgresException postgres => Classify(postgres.SqlState),
        // The connection broke or none was to be had: a commit may have arrived or not.
        NpgsqlException or TimeoutException or IOException or SocketException => SqlFailure.Unavailable,
        _ => SqlFailure.Permanent,
    };

    /// <summary>A lock of the transaction, so that it ends with it whatever happens.</summary>
    public Task LockMigrationsAsync(ISqlSession session, CancellationToken cancellationToken) =>
        session.QueryAsync("SELECT pg_advisory_xact_lock($1)", _ => 0, cancellationToken, MigrationLock);

    public ValueTask DisposeAsync() => source.DisposeAsync();

    private static SqlFailure Classify(string sqlState) => sqlState switch
    {
        PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable
            or PostgresErrorCodes.UniqueViolation => SqlFailure.Conflict,
        // A standby that took no writes yet, or a primary that has just become one.
        PostgresErrorCodes.ReadOnlySqlTransaction => SqlFailure.Unavailable,
        // Connection exceptions, insufficient resources, operator intervention, system errors.
        _ when sqlState.StartsWith("08", StringComparison.Ordinal) || sqlState.StartsWith("53", StringComparison.Ordinal)
            || sqlState.StartsWith("57", StringComparison.Ordinal) || sqlState.StartsWith("58", StringComparison.Ordinal) =>
            SqlFailure.Unavailable,
        _ => SqlFailure.Permanent,
    };
}
