using System.Globalization;
using System.Diagnostics;

namespace Mesh.Payments.Faults.Processes;

/// <summary>One PostgreSQL server of a pair.</summary>
internal sealed class PostgresNode(string name, string folder)
{
    private const string Options = "-c max_connections=100 -c shared_buffers=32MB -c wal_keep_size=256MB";

    public string Name { get; } = name;

    public int Port { get; } = FreePort.Next();

    private string Data => Path.Combine(folder, Name);

    private string Log => Path.Combine(folder, Name + ".log");

    public Task CreateAsync(CancellationToken cancellationToken) => PostgresTools.RunAsync(
        "initdb", cancellationToken, "-D", Data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C");

    /// <summary>Makes this one a standby of another, which runs.</summary>
    public Task CopyAsync(PostgresNode primary, CancellationToken cancellationToken) => PostgresTools.RunAsync(
        "pg_basebackup", cancellationToken, "-D", Data, "-R", "-X", "stream", "-c", "fast", "--no-sync", "-d",
        string.Create(CultureInfo.InvariantCulture, $"host=127.0.0.1 port={primary.Port} user=postgres application_name={Name}"));

    public Task StartAsync(CancellationToken cancellationToken) => PostgresTools.RunAsync(
        "pg_ctl", cancellationToken, "-D", Data, "-w", "-t", "60", "-l", Log, "-o",
        string.Create(CultureInfo.InvariantCulture, $"-h 127.0.0.1 -p {Port} -k {folder} {Options}"), "start");

    /// <summary>A standby becomes the primary.</summary>
    public Task PromoteAsync(CancellationToken cancellationToken) =>
        PostgresTools.RunAsync("pg_ctl", cancellationToken, "-D", Data, "-w", "-t", "60", "promote");

    /// <summary>
    /// SIGKILL for the server and every one of its processes at once, as when the machine goes: a backend that outlived its
    /// postmaster could still answer.
    /// </summary>
    public void Kill()
    {
        var id = int.Parse(File.ReadLines(Path.Combine(Data, "postmaster.pid")).First(), CultureInfo.InvariantCulture);
        var children = Children(id);
        foreach (var process in children.Prepend(id)) Kill(process);
    }

    /// <summary>Ends it without ceremony; nothing when it does not run.</summary>
    public async Task StopAsync()
    {
        if (!File.Exists(Path.Combine(Data, "postmaster.pid"))) return;
        try
        {
            await PostgresTools.RunAsync("pg_ctl", CancellationToken.None, "-D", Data, "-m", "immediate", "stop");
        }
        catch (InvalidOperationException)
        {
            // Killed before; its pid file is all that is left.
        }
    }

    private static List<int> Children(int parent)
    {
        var children = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id)) continue;
            try
            {
                var stat = File.ReadAllText(Path.Combine(folder, "stat"));
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                if (fields[1] == parent.ToString(CultureInfo.InvariantCulture)) children.Add(id);
            }
            catch (IOException)
            {
                // Ended meanwhile.
            }
        }

        return children;
    }

    private static void Kill(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            // Ended meanwhile.
        }
    }
}
