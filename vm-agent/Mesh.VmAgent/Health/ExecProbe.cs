using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Mesh.Hosting;

namespace Mesh.VmAgent.Health;

/// <summary>
/// Succeeds when a program ends with 0 in time; one that does not is killed with its children. What it wrote last is told when it
/// fails, and otherwise to nobody: a probe every second would fill the agent's log.
/// </summary>
public sealed class ExecProbe : IProbe
{
    /// <summary>Of what the program wrote; the condition of a WorkloadEntry is no place for more.</summary>
    private const int LongestOutput = 200;

    private readonly ImmutableArray<string> command;

    public ExecProbe(ImmutableArray<string> command)
    {
        Invariant.Holds(command is { IsDefaultOrEmpty: false }, $"an exec probe has a program to run");
        this.command = command;
    }

    public async Task<ProbeResult> CheckAsync(CancellationToken cancellationToken)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true },
        };
        try
        {
            process.Start();
        }
        catch (Win32Exception error)
        {
            return ProbeResult.Failure("CannotRun", $"exec {command[0]}: {error.Message}");
        }

        // A child left behind may hold the pipes for ever: they are read for as long as the program itself runs, and not waited for.
        using var reading = new CancellationTokenSource();
        var output = Task.WhenAll(LastLineAsync(process.StandardError, reading.Token), LastLineAsync(process.StandardOutput, reading.Token));
        try
        {
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await reading.CancelAsync().ConfigureAwait(false);
            throw;
        }

        if (process.ExitCode == 0)
        {
            await reading.CancelAsync().ConfigureAwait(false);
            return ProbeResult.Success($"exec {command[0]} ended with 0");
        }

        reading.CancelAfter(TimeSpan.FromMilliseconds(200));
        var said = (await output.ConfigureAwait(false)).FirstOrDefault(line => line.Length > 0);
        return ProbeResult.Failure("NonZeroExit", $"exec {command[0]} ended with {process.ExitCode}{(said is null ? "" : $": {said}")}");
    }

    private static async Task<string> LastLineAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        var buffer = new char[1024];
        var ended = false;
        try
        {
            while (await reader.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var length)
            {
                foreach (var next in buffer.AsSpan(0, length))
                {
                    if (ended && next != '\n') line.Clear();
                    ended = next == '\n' && (ended || line.Length > 0);
                    if (next >= ' ' && line.Length < LongestOutput) line.Append(next);
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // What was read until now has to do.
        }

        return line.ToString().Trim();
    }
}
