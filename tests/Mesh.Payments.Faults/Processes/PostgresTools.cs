using System.Diagnostics;

namespace Mesh.Payments.Faults.Processes;

/// <summary>PostgreSQL's own programs, run as a user it accepts.</summary>
internal static class PostgresTools
{
    /// <summary>The folder of the newest installed version; null when there is none.</summary>
    public static string? Folder { get; } = Find();

    /// <exception cref="InvalidOperationException">It did not end with 0.</exception>
    public static Task RunAsync(string program, CancellationToken cancellationToken, params string[] arguments)
    {
        string[] command = [Path.Combine(Folder!, program), .. arguments];
        // The server refuses to run as root.
        return Environment.IsPrivilegedProcess
            ? ExecuteAsync("runuser", ["-u", "postgres", "--", .. command], cancellationToken)
            : ExecuteAsync(command[0], command[1..], cancellationToken);
    }

    /// <summary>Gives a folder to the user the server runs as.</summary>
    public static Task OwnAsync(string folder, CancellationToken cancellationToken) =>
        Environment.IsPrivilegedProcess ? ExecuteAsync("chown", ["postgres", folder], cancellationToken) : Task.CompletedTask;

    private static async Task ExecuteAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        // pg_ctl leaves the server behind, which would keep redirected output open.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "cd / && exec \"$@\" >/dev/null 2>&1 </dev/null", "sh", program, .. arguments]);
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }

    private static string? Find()
    {
        var packaged = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Order(StringComparer.Ordinal).Reverse()
            : [];
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        return packaged.Concat(onPath).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "pg_basebackup")));
    }
}
