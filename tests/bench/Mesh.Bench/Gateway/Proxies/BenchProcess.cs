using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Mesh.Bench.Gateway.Proxies;

/// <summary>A process under measurement, with its children: processor time and memory from /proc.</summary>
internal sealed class BenchProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    private readonly Process process;

    private readonly string program;
    private readonly string output;

    private BenchProcess(Process process, string program, string output)
    {
        this.process = process;
        this.program = program;
        this.output = output;
    }

    /// <param name="output">File for what it prints.</param>
    public static BenchProcess Start(string output, string program, params string[] arguments)
    {
        // A shell that becomes the program: its output needs no reader then.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >\"$0\" 2>&1 </dev/null", output, program, .. arguments]);
        return new BenchProcess(Process.Start(start)!, program, output);
    }

    /// <summary>User and system time so far.</summary>
    public TimeSpan ProcessorTime => TimeSpan.FromSeconds(Family().Sum(Ticks) / TicksPerSecond);

    /// <summary>Resident memory; what processes share is divided among them.</summary>
    public double Megabytes => Family().Sum(Kilobytes) / 1024.0;

    /// <summary>Resident memory of the process alone, what it shares with others included: what an administrator sees.</summary>
    public double ResidentMegabytes => File.ReadLines($"/proc/{process.Id}/status")
        .Where(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
        .Select(line => double.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024)
        .FirstOrDefault();

    /// <summary>The end of what it printed.</summary>
    public string LastWords() => string.Join('\n', File.ReadAllLines(output).TakeLast(8));

    /// <summary>kill -9; returns once it has ended.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }

    /// <exception cref="InvalidOperationException">It ended; the message has what it printed.</exception>
    public void EnsureRunning()
    {
        if (process.HasExited) throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {File.ReadAllText(output)}");
    }

    /// <summary>Returns once every port takes connections.</summary>
    /// <exception cref="InvalidOperationException">The process ended, or did not listen in time.</exception>
    public Task ListensAsync(params int[] ports) => ListensAsync([.. ports.Select(port => new IPEndPoint(IPAddress.Loopback, port))]);

    /// <inheritdoc cref="ListensAsync(int[])"/>
    public async Task ListensAsync(params IPEndPoint[] endPoints)
    {
        var clock = Stopwatch.StartNew();
        foreach (var endPoint in endPoints)
        {
            while (!await AcceptsAsync(endPoint))
            {
                if (!process.HasExited && clock.Elapsed < StartTimeout)
                {
                    await Task.Delay(20);
                    continue;
                }

                var what = process.HasExited ? $"ended with {process.ExitCode}" : $"does not listen on {endPoint}";
                throw new InvalidOperationException($"{program} {what}: {await File.ReadAllTextAsync(output)}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            // Workers end with their master only when it is asked in order.
            Process.Start("kill", ["-TERM", $"{process.Id}"]).WaitForExit();
            using var timeout = new CancellationTokenSource(StopTimeout);
            await process.WaitForExitAsync(timeout.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }

        process.Dispose();
    }

    private static double TicksPerSecond => 100;

    private static async Task<bool> AcceptsAsync(IPEndPoint endPoint)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(endPoint);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private List<int> Family()
    {
        var found = new List<int> { process.Id };
        for (var i = 0; i < found.Count; i++)
        {
            var children = $"/proc/{found[i]}/task/{found[i]}/children";
            if (!File.Exists(children)) continue;
            found.AddRange(File.ReadAllText(children).Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(id => int.Parse(id, CultureInfo.InvariantCulture)));
        }

        return found;
    }

    private static double Ticks(int id)
    {
        // The name in parentheses may hold anything; fields 14 and 15 are counted from behind it.
        var stat = File.ReadAllText($"/proc/{id}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture);
    }

    private static double Kilobytes(int id) => File.ReadLines($"/proc/{id}/smaps_rollup")
        .Where(line => line.StartsWith("Pss:", StringComparison.Ordinal))
        .Select(line => double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture))
        .FirstOrDefault();
}
