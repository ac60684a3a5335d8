using System.Diagnostics;

namespace Mesh.Istiod.Tests;

/// <summary>Programs that are not ours, as judges.</summary>
internal static class Foreign
{
    public const string Python = "/usr/bin/python3";
    public const string Openssl = "/usr/bin/openssl";

    public static async Task<(int Code, string Output)> RunAsync(string program, string[] args, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, output + await error);
    }
}
