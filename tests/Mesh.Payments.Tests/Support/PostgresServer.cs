using System.Diagnostics;
using Npgsql;

namespace Mesh.Payments.Tests.Support;

/// <summary>A PostgreSQL of the tests' own in a temporary folder, one for the whole test run.</summary>
internal sealed class PostgresServer
{
    private static readonly SemaphoreSlim Gate = new(1);
    private static PostgresServer? shared;
    private static string? missing;

    private readonly string folder = Directory.CreateTempSubdirectory("mesh-payments-postgres-").FullName;
    private readonly int port = FreePort.Next();
    private int databases;

    /// <summary>Skips the test when PostgreSQL is not installed.</summary>
    public static async Task<PostgresServer> SharedAsync()
    {
        await Gate.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (shared is null && missing is null)
            {
                if (FindBinaries() is not { } binaries) missing = "PostgreSQL is not installed";
                else (shared = new PostgresServer()).Start(binaries);
            }
        }
        finally
        {
            Gate.Release();
        }

        Assert.SkipWhen(missing is not null, missing ?? "");
        return shared!;
    }

    /// <returns>The connection string of a new empty database.</returns>
    public async Task<string> NewDatabaseAsync()
    {
        var name = $"payments_{Interlocked.Increment(ref databases)}";
        await using var connection = new NpgsqlConnection(ConnectionString("postgres"));
        await connection.OpenAsync(TestContext.Current.CancellationToken);
#pragma warning disable CA2100 // The name is a constant and a number.
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return ConnectionString(name);
    }

    private string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={port};Username=postgres;Database={database};Maximum Pool Size=20";

    private void Start(string binaries)
    {
        var data = Path.Combine(folder, "data");
        if (Environment.IsPrivilegedProcess) Run("chown", "postgres", folder);
        RunAsPostgres(Path.Combine(binaries, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C");
        RunAsPostgres(Path.Combine(binaries, "pg_ctl"), "-D", data, "-w", "-l", Path.Combine(folder, "log"), "-o",
            $"-h 127.0.0.1 -p {port} -k {folder} -c max_connections=200", "start");
        CleanUpAfterwards(Path.Combine(binaries, "pg_ctl"), data);
    }

    /// <summary>
    /// The test host gives no moment at which all tests are over, and does not wait long while it ends, so another process waits for
    /// the end of this one, whichever way it comes.
    /// </summary>
    private void CleanUpAfterwards(string control, string data)
    {
        const string script = """
            while kill -0 "$1" 2>/dev/null; do sleep 1; done
            if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$2" -D "$3" -m immediate stop; else "$2" -D "$3" -m immediate stop; fi
            rm -rf "$4"
            """;
        Run("/bin/sh", "-c", "setsid \"$@\" &", "sh", "/bin/sh", "-c", script, "sh", $"{Environment.ProcessId}", control, data, folder);
    }

    /// <summary>The server refuses to run as root.</summary>
    private static void RunAsPostgres(params string[] command)
    {
        if (Environment.IsPrivilegedProcess) Run("runuser", ["-u", "postgres", "--", .. command]);
        else Run(command[0], command[1..]);
    }

    private static void Run(string program, params string[] arguments)
    {
        // pg_ctl leaves the server behind, which would keep redirected output open: its log goes to a file.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "cd / && exec \"$@\" >/dev/null 2>&1 </dev/null", "sh", program, .. arguments]);
        using var process = Process.Start(start)!;
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }

    private static string? FindBinaries()
    {
        var packaged = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Order(StringComparer.Ordinal).Reverse()
            : [];
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        return packaged.Concat(onPath).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "pg_ctl")));
    }
}
