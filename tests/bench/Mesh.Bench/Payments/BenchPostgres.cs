using System.Diagnostics;
using Npgsql;

namespace Mesh.Bench.Payments;

/// <summary>A PostgreSQL of the bench's own in a temporary folder, with commits that survive a power cut as by default.</summary>
internal sealed class BenchPostgres : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mesh-bench-postgres-").FullName;
    private readonly string binaries;
    private readonly int port = FreePort.Next();

    private BenchPostgres(string binaries) => this.binaries = binaries;

    /// <summary>Null when PostgreSQL is not installed.</summary>
    public static BenchPostgres? Start()
    {
        if (FindBinaries() is not { } binaries) return null;
        var server = new BenchPostgres(binaries);
        var data = Path.Combine(server.folder, "data");
        if (Environment.IsPrivilegedProcess) Run(null, "chown", "postgres", server.folder);
        RunAsPostgres(Path.Combine(binaries, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C");
        RunAsPostgres(Path.Combine(binaries, "pg_ctl"), "-D", data, "-w", "-l", Path.Combine(server.folder, "log"), "-o",
            $"-h 127.0.0.1 -p {server.port} -k {server.folder} -c max_connections=200 -c shared_buffers=1GB -c max_wal_size=4GB", "start");
        return server;
    }

    public string Version => Run(null, Path.Combine(binaries, "pgbench"), "--version").Trim();

    /// <returns>In Npgsql's form.</returns>
    public string ConnectionString(string database) => $"Host=127.0.0.1;Port={port};Username=postgres;Database={database}";

    public async Task CreateAsync(string database) => await ExecuteAsync("postgres", $"CREATE DATABASE {database}");

    public async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database));
        await connection.OpenAsync();
#pragma warning disable CA2100 // The statements are constants of this program.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    public async Task<long> CountAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database));
        await connection.OpenAsync();
#pragma warning disable CA2100 // The statements are constants of this program.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
#pragma warning restore CA2100
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>What pgbench printed.</summary>
    /// <param name="workingFolder">Where it writes its logs.</param>
    public string Pgbench(string? workingFolder, params string[] arguments) =>
        Run(workingFolder, Path.Combine(binaries, "pgbench"), ["-h", "127.0.0.1", "-p", $"{port}", "-U", "postgres", .. arguments]);

    public void Dispose()
    {
        RunAsPostgres(Path.Combine(binaries, "pg_ctl"), "-D", Path.Combine(folder, "data"), "-m", "immediate", "stop");
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>The server refuses to run as root; pg_ctl leaves it behind, which would keep a pipe open.</summary>
    private static void RunAsPostgres(params string[] command)
    {
        string[] quiet = ["/bin/sh", "-c", "cd / && exec \"$@\" >/dev/null 2>&1 </dev/null", "sh", .. command];
        if (Environment.IsPrivilegedProcess) quiet = ["runuser", "-u", "postgres", "--", .. quiet];
        Run(null, quiet[0], quiet[1..]);
    }

    private static string Run(string? workingFolder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, WorkingDirectory = workingFolder ?? "" };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }

    private static string? FindBinaries()
    {
        var packaged = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Order(StringComparer.Ordinal).Reverse()
            : [];
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        return packaged.Concat(onPath).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "pgbench")));
    }
}
