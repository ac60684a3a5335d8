using System.Collections.Concurrent;
using Mesh.Hosting;
using Microsoft.Data.Sqlite;

namespace Mesh.Payments.Storage;

/// <summary>
/// A SQLite file that several processes of one machine may use at once: write-ahead log, every commit synced to disk, one
/// writer at a time that the others wait for.
/// </summary>
internal sealed class SqliteDatabase : IDatabase
{
    /// <summary>How long a writer waits for another process's transaction before it counts as a conflict.</summary>
    private static readonly TimeSpan BusyTimeout = TimeSpan.FromSeconds(5);

    private const int OpenAttempts = 100;
    private static readonly TimeSpan OpenPause = TimeSpan.FromMilliseconds(20);

    private const int SessionLimit = 8;
    private const int Busy = 5;
    private const int Locked = 6;
    private const int Constraint = 19;
    private const int ConstraintPrimaryKey = 1555;
    private const int ConstraintUnique = 2067;

    private readonly string path;
    private readonly string connectionString;
    private readonly ConcurrentBag<SqliteSession> idle = [];
    private readonly SemaphoreSlim free = new(SessionLimit);

    private SqliteDatabase(string path)
    {
        this.path = Path.GetFullPath(path);
        connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = this.path,
            Mode = SqliteOpenMode.ReadWriteCreate,
            Pooling = false,
            ForeignKeys = true,
            DefaultTimeout = (int)BusyTimeout.TotalSeconds,
        }.ToString();
    }

    /// <exception cref="StartupException">The file cannot be opened or is not a SQLite database.</exception>
    public static async Task<SqliteDatabase> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var database = new SqliteDatabase(path);
        database.CheckPath();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                database.idle.Add(database.Connect());
                return database;
            }
            catch (SqliteException exception) when (exception.SqliteErrorCode is Busy or Locked && attempt < OpenAttempts)
            {
                // Two processes that turn a new file into a write-ahead log at once get "busy" whatever the timeout.
                await Task.Delay(OpenPause, cancellationToken).ConfigureAwait(false);
            }
            catch (SqliteException exception)
            {
                throw new StartupException(database.Explain(exception), ExitCodes.Failed, exception);
            }
        }
    }

    public string Description => $"sqlite:{path}";

    public int Writers => 1;

    public async Task<ISqlSession> OpenAsync(CancellationToken cancellationToken)
    {
        await free.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return idle.TryTake(out var session) ? session : Connect();
        }
        catch
        {
            free.Release();
            throw;
        }
    }

    public SqlFailure Classify(Exception exception) => exception switch
    {
        SqliteException { SqliteErrorCode: Busy or Locked } => SqlFailure.Conflict,
        SqliteException { SqliteExtendedErrorCode: ConstraintPrimaryKey or ConstraintUnique } => SqlFailure.Conflict,
        SqliteException { SqliteErrorCode: Constraint } => SqlFailure.Permanent,
        // Disk full, I/O errors, a file that went away: nothing about the request is wrong.
        SqliteException => SqlFailure.Unavailable,
        _ => SqlFailure.Permanent,
    };

    /// <summary>The write lock of the transaction is the lock.</summary>
    public Task LockMigrationsAsync(ISqlSession session, CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync()
    {
        while (idle.TryTake(out var session)) session.Close();
        free.Dispose();
        return ValueTask.CompletedTask;
    }

    private SqliteSession Connect()
    {
        var connection = new SqliteConnection(connectionString);
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            // The library's own wait comes first: it is finer than the provider's. FULL makes each commit survive a power cut.
            command.CommandText =
                $"PRAGMA busy_timeout = {(int)BusyTimeout.TotalMilliseconds}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;";
            command.ExecuteNonQuery();
            // The first statement that reads the file: one of another kind shows itself now.
            command.CommandText = "SELECT COUNT(*) FROM sqlite_master";
            command.ExecuteScalar();
            return new SqliteSession(connection, Release);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void Release(SqliteSession session)
    {
        idle.Add(session);
        free.Release();
    }

    private void CheckPath()
    {
        if (Directory.Exists(path)) throw new StartupException($"the store {path} is a folder; name a file with --store sqlite:FILE");
        var folder = Path.GetDirectoryName(path);
        if (!Directory.Exists(folder))
            throw new StartupException($"the folder of the store {path} does not exist; create it or choose another with --store");
    }

    private string Explain(SqliteException exception) => exception.SqliteErrorCode switch
    {
        26 => $"{path} is not a SQLite database; choose another file with --store, or move this one away",
        11 => $"the SQLite database {path} is damaged; restore it from a backup",
        8 or 14 or 3 => $"cannot open the store {path} for writing; give this user the right to write the file and its folder",
        _ => $"cannot open the store {path}: {exception.Message}",
    };
}
