using System.Text.Json;
using Mesh.Hosting;
using Mesh.Hosting.Settings;
using Mesh.VmAgent.Bootstrap;
using Mesh.VmAgent.Checks;

namespace Mesh.VmAgent.Cli;

/// <summary><c>mesh-agent check</c>, <c>status</c>, <c>endpoints</c> and <c>logs</c>: what an administrator asks on the machine.</summary>
internal static class AgentVerbs
{
    private static readonly string[] Verbs = ["check", "status", "endpoints", "logs"];

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
        var options = new AdminOptions("mesh-agent status", "What the agent on this machine is and lacks; exit code 1 while it is not ready.");
        if (!options.TryRead(args, output, error, out var exitCode)) return exitCode;
        using var admin = new AdminClient(options.Admin);
        var text = await admin.GetAsync("/status", cancellationToken).ConfigureAwait(false);
        using var status = JsonDocument.Parse(text);
        await output.WriteAsync(options.Json ? text : StatusText.Table(status.RootElement)).ConfigureAwait(false);
        return status.RootElement.GetProperty("ready").GetBoolean() ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static async Task<int> EndpointsAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var options = new AdminOptions("mesh-agent endpoints", "The destinations the agent on this machine knows, with their endpoints.");
        if (!options.TryRead(args, output, error, out var exitCode)) return exitCode;
        using var admin = new AdminClient(options.Admin);
        var text = await admin.GetAsync("/clusters?format=json", cancellationToken).ConfigureAwait(false);
        using var clusters = JsonDocument.Parse(text);
        await output.WriteAsync(options.Json ? text : StatusText.Endpoints(clusters.RootElement)).ConfigureAwait(false);
        return ExitCodes.Ok;
    }

    private static async Task<int> LogsAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var options = new AdminOptions("mesh-agent logs", "Changes how much the agent on this machine logs, until it is started again.", withLevel: true);
        if (!options.TryRead(args, output, error, out var exitCode)) return exitCode;
        using var admin = new AdminClient(options.Admin);
        await output.WriteAsync(await admin.PostAsync($"/logging?level={Uri.EscapeDataString(options.Level)}", cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        return ExitCodes.Ok;
    }
}
