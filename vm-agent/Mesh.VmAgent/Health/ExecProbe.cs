using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using Mesh.Hosting;

namespace Mesh.VmAgent.Health;

/// <summary>Succeeds when a program ends with 0 in time; one that does not is killed with its children.</summary>
public sealed class ExecProbe : IProbe
{
    private readonly ImmutableArray<string> command;

    public ExecProbe(ImmutableArray<string> command)
    {
        Invariant.Holds(command is { IsDefaultOrEmpty: false }, $"an exec probe has a program to run");
        this.command = command;
    }

    public async Task<ProbeResult> CheckAsync(CancellationToken cancellationToken)
    {
        using var process = new Process { StartInfo = new ProcessStartInfo(command[0], command.Skip(1)) };
        try
        {
            process.Start();
        }
        catch (Win32Exception error)
        {
            return ProbeResult.Failure("CannotRun", $"exec {command[0]}: {error.Message}");
        }

        try
        {
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return process.ExitCode == 0
            ? ProbeResult.Success($"exec {command[0]} ended with 0")
            : ProbeResult.Failure("NonZeroExit", $"exec {command[0]} ended with {process.ExitCode}");
    }
}
