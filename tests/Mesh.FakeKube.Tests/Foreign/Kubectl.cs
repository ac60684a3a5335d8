using System.Diagnostics;
using System.Text.Json.Nodes;
using Mesh.FakeKube.Tests.Support;

namespace Mesh.FakeKube.Tests.Foreign;

/// <summary>Runs kubectl with a home of its own, so that nothing cached of another cluster is believed.</summary>
internal sealed class Kubectl(string kubeconfig, string home)
{
    /// <summary>Older ones validate by documents that are not served here.</summary>
    private const int OldestMinor = 27;

    public async Task<(int Code, string Output, string Errors)> TryAsync(string input, params string[] arguments)
    {
        using var process = Start(arguments);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Wait.Limit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            try
            {
                await process.StandardInput.WriteAsync(input.AsMemory(), limit.Token);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It ended before it read everything; its output says why.
            }

            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <returns>Standard output.</returns>
    public async Task<string> RunAsync(params string[] arguments) => await RunWithAsync("", arguments);

    public async Task<string> ApplyAsync(string yaml, params string[] more) => await RunWithAsync(yaml, ["apply", "-f", "-", .. more]);

    public async Task<JsonNode> JsonAsync(params string[] arguments) => JsonNode.Parse(await RunAsync([.. arguments, "-o", "json"]))!;

    public Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("kubectl", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["KUBECONFIG"] = kubeconfig;
        start.Environment["HOME"] = home;
        return Process.Start(start)!;
    }

    /// <summary>Skips the calling test unless there is a kubectl of a version that can be used.</summary>
    public async Task NeededAsync()
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "kubectl")));
        Assert.SkipUnless(found, "kubectl is not installed (apt-get install kubernetes-client)");
        var version = JsonNode.Parse(await RunAsync("version", "--client", "-o", "json"))!["clientVersion"]!["minor"]!.GetValue<string>();
        var minor = int.Parse(new string([.. version.TakeWhile(char.IsAsciiDigit)]), System.Globalization.CultureInfo.InvariantCulture);
        Assert.SkipUnless(minor >= OldestMinor, $"kubectl 1.{OldestMinor} or newer is needed, and 1.{minor} is installed");
    }

    private async Task<string> RunWithAsync(string input, params string[] arguments)
    {
        var (code, output, errors) = await TryAsync(input, arguments);
        Assert.True(code == 0, $"kubectl {string.Join(' ', arguments)}: {code}\n{output}\n{errors}");
        return output;
    }
}
