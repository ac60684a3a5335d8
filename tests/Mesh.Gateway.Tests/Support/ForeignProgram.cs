using System.Diagnostics;

namespace Mesh.Gateway.Tests.Support;

/// <summary>Programs that are not ours, run to their end.</summary>
internal static class ForeignProgram
{
    /// <summary>Generous: several of them may start on one busy core.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(180);

    /// <summary>Of the project, found from where the tests run.</summary>
    public static string Root { get; } = FindRoot();

    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var error = process.StandardError.ReadToEndAsync(deadline.Token);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)} did not end in time");
            throw;
        }
    }

    /// <summary>What it printed; fails when it ended with an error.</summary>
    public static async Task<string> OutputAsync(string program, params string[] arguments)
    {
        var (exitCode, output, error) = await RunAsync(program, arguments);
        Assert.True(exitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {exitCode}: {error}{output}");
        return output;
    }

    /// <summary>Path of a script in tests/peers; skips the test where its packages are not installed.</summary>
    public static string Peer(string script)
    {
        var folder = Path.Combine(Root, "tests", "peers");
        Assert.SkipUnless(Find("node") is not null, "node is not installed (apt-get install nodejs)");
        Assert.SkipUnless(Directory.Exists(Path.Combine(folder, "node_modules")), "npm ci was not run in tests/peers");
        return Path.Combine(folder, script);
    }

    /// <summary>Where a program is; skips the test where it is not installed.</summary>
    public static string Needs(string program, string package)
    {
        var path = Find(program);
        Assert.SkipWhen(path is null, $"{program} is not installed (apt-get install {package})");
        return path!;
    }

    private static string? Find(string program) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin".Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Mesh.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
