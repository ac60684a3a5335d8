using System.Text.Json;
using Mesh.Hosting;
using Mesh.Hosting.Settings;
using Mesh.VmAgent.Bootstrap;
using Mesh.VmAgent.Checks;

namespace Mesh.VmAgent.Cli;

/// <summary><c>mesh-agent check</c>, <c>status</c>, <c>logs</c> and so on: what an administrator asks on the machine.</summary>
internal static class AgentVerbs
{
    private static readonly string[] Verbs = ["check", "status", "endpoints", "logs", "manual", "completion"];

    /// <summary>True when the command line begins with one of them.</summary>
    public static bool Has(string[] args) => args is [var verb, ..] && Verbs.Contains(verb);

    /// <returns>0 fine, 1 something is not, 64 wrong options.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        Invariant.Holds(Has(args));
        // -o is what kubectl and istioctl have.
        string[] rest = [.. args.Skip(1).Select(argument => argument == "-o" ? "--output" : argument)];
        try
        {
            return args[0] switch
            {
                "check" => await CheckAsync(rest, output, error, cancellationToken).ConfigureAwait(false),
                "status" => await StatusAsync(rest, output, error, cancellationToken).ConfigureAwait(false),
                "endpoints" => await EndpointsAsync(rest, output, error, cancellationToken).ConfigureAwait(false),
                "manual" => await ManualAsync(rest, output, error).ConfigureAwait(false),
                "completion" => await CompletionAsync(rest, output, error).ConfigureAwait(false),
                _ => await LogsAsync(rest, output, error, cancellationToken).ConfigureAwait(false),
            };
        }
        catch (AdminException exception)
        {
            await error.WriteLineAsync($"mesh-agent {args[0]}: {exception.Message}").ConfigureAwait(false);
            return ExitCodes.Failed;
        }
    }

    private static async Task<int> CheckAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var reader = new AgentSettingsReader(program: "mesh-agent check");
        if (!reader.TryRead(args, SettingsReader.ProcessEnvironment(), output, error, out var settings, out var exitCode)) return exitCode;
        using var admin = new AdminClient(settings.Admin);
        var agent = await RunningAgent.AskAsync(admin, cancellationToken).ConfigureAwait(false);
        var results = await new MachineChecks(settings, agent, TimeProvider.System).RunAsync(cancellationToken).ConfigureAwait(false);
        await output.WriteAsync(reader.Json ? CheckText.Json(results) : CheckText.Table(results)).ConfigureAwait(false);
        return results.Any(result => result.Outcome == CheckOutcome.Failed) ? ExitCodes.Failed : ExitCodes.Ok;
    }

    private static async Task<int> StatusAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var options = AdminOptions.Status();
        if (!options.TryRead(args, output, error, out var exitCode)) return exitCode;
        using var admin = new AdminClient(options.Admin);
        var text = await admin.GetAsync("/status", cancellationToken).ConfigureAwait(false);
        using var status = JsonDocument.Parse(text);
        await output.WriteAsync(options.Json ? text : StatusText.Table(status.RootElement)).ConfigureAwait(false);
        return status.RootElement.GetProperty("ready").GetBoolean() ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static async Task<int> EndpointsAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var options = AdminOptions.Endpoints();
        if (!options.TryRead(args, output, error, out var exitCode)) return exitCode;
        using var admin = new AdminClient(options.Admin);
        var text = await admin.GetAsync("/clusters?format=json", cancellationToken).ConfigureAwait(false);
        using var clusters = JsonDocument.Parse(text);
        await output.WriteAsync(options.Json ? text : StatusText.Endpoints(clusters.RootElement)).ConfigureAwait(false);
        return ExitCodes.Ok;
    }

    private static async Task<int> LogsAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var options = AdminOptions.Logs();
        if (!options.TryRead(args, output, error, out var exitCode)) return exitCode;
        using var admin = new AdminClient(options.Admin);
        await output.WriteAsync(await admin.PostAsync($"/logging?level={Uri.EscapeDataString(options.Level)}", cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        return ExitCodes.Ok;
    }

    private static async Task<int> ManualAsync(string[] args, TextWriter output, TextWriter error)
    {
        if (args is [])
        {
            await output.WriteAsync(AgentManual.Write()).ConfigureAwait(false);
            return ExitCodes.Ok;
        }

        await error.WriteLineAsync("mesh-agent manual: takes no arguments; it prints the manual page, for man -l -").ConfigureAwait(false);
        return args is ["--help" or "-h"] ? ExitCodes.Ok : ExitCodes.Usage;
    }

    private static async Task<int> CompletionAsync(string[] args, TextWriter output, TextWriter error)
    {
        if (args is [var shell] && AgentCompletion.For(shell) is { } script)
        {
            await output.WriteAsync(script).ConfigureAwait(false);
            return ExitCodes.Ok;
        }

        await error.WriteLineAsync("mesh-agent completion: write bash or zsh, as in: source <(mesh-agent completion bash)").ConfigureAwait(false);
        return args is ["--help" or "-h"] ? ExitCodes.Ok : ExitCodes.Usage;
    }
}
