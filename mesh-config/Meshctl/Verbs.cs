using System.CommandLine;
using System.CommandLine.Help;
using Mesh.Hosting;
using Mesh.Hosting.Settings;
using Meshctl.Ca;
using Meshctl.Inspection;

namespace Meshctl;

/// <summary>The tree of verbs of <c>meshctl</c>.</summary>
internal static class Verbs
{
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static Task<int> RunAsync(string[] args) => RunAsync(args, Console.In, Console.Out, Console.Error);

    /// <param name="output">Data.</param>
    /// <param name="error">Diagnostics.</param>
    public static async Task<int> RunAsync(string[] args, TextReader input, TextWriter output, TextWriter error)
    {
        // A server is no one-shot verb: its options also come from environment and file, which is SettingsReader's business.
        if (args is ["ca", "serve", .. var rest])
            return await MeshProcess.RunAsync(CaServeVerb.Name, () => CaServeVerb.RunAsync(rest)).ConfigureAwait(false);

        var root = new RootCommand("Generate, analyze and inspect the configuration of a mesh; run a local CA.");
        var version = new Command("version", "Print the version.");
        version.SetAction(parsed => parsed.InvocationConfiguration.Output.WriteLine($"meshctl {SettingsReader.ProgramVersion()}"));
        var serve = new Command("serve", "Serve istiod's certificate API from a local CA; see meshctl ca serve --help.");
        root.Subcommands.Add(EndpointsVerb.Create(input));
        root.Subcommands.Add(SnapshotVerb.Create(input));
        root.Subcommands.Add(ValidateVerb.Create(input));
        root.Subcommands.Add(version);
        root.Subcommands.Add(new Command("ca", "The local certificate authority.") { serve });

        var parsed = root.Parse(args);
        if (parsed.Errors.Count == 0)
        {
            var exitCode = await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = error }).ConfigureAwait(false);
            if (parsed is { Action: HelpAction, CommandResult.Command: VerbCommand verb })
                await output.WriteLineAsync($"Examples:\n  {verb.Examples.ReplaceLineEndings("\n  ")}\n").ConfigureAwait(false);
            return exitCode;
        }

        foreach (var problem in parsed.Errors) await error.WriteLineAsync($"meshctl: {problem.Message}").ConfigureAwait(false);
        await error.WriteLineAsync("meshctl: see meshctl --help").ConfigureAwait(false);
        return ExitCodes.Usage;
    }
}
