using System.Diagnostics;

namespace Mesh.LocalMesh.Tests;

/// <summary>Runs foreign programs.</summary>
internal static class Shell
{
    /// <summary>Skips the calling test unless the program is installed.</summary>
    public static void Needs(string program, string package)
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin")
            .Any(folder => File.Exists(Path.Combine(folder, program)));
        Assert.SkipUnless(found || File.Exists(program), $"{program} is not installed (apt-get install {package})");
    }

    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(
        string program, IEnumerable<string> arguments, string input = "", IReadOnlyDictionary<string, string>? environment = null,
        TimeSpan? limit = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        ending.CancelAfter(limit ?? TimeSpan.FromSeconds(60));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(ending.Token);
            var errors = process.StandardError.ReadToEndAsync(ending.Token);
            try
            {
                await process.StandardInput.WriteAsync(input.AsMemory(), ending.Token);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It ended before it read everything; its output says why.
            }

            await process.WaitForExitAsync(ending.Token);
            return (process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
