using System.CommandLine;
using Mesh.Hosting;
using Mesh.Hosting.Settings;
using Meshctl.Ca;

namespace Meshctl;

/// <summary>The tree of verbs of <c>meshctl</c>.</summary>
internal static class Verbs
{
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        // A server is no one-shot verb: its options also come from environment and file, which is SettingsReader's business.
        if (args is ["ca", "serve", .. var rest])
            return await MeshProcess.RunAsync(CaServeVerb.Name, () => CaServeVerb.RunAsync(rest)).ConfigureAwait(false);

        var root = new RootCommand("Generate, analyze and inspect the configuration of a mesh; run a local CA.");
        var version = new Command("version", "Print the version.");
        version.SetAction(_ => Console.Out.WriteLine($"meshctl {SettingsReader.ProgramVersion()}"));
        var serve = new Command("serve", "Serve istiod's certificate API from a local CA; see meshctl ca serve --help.");
        root.Subcommands.Add(version);
        root.Subcommands.Add(new Command("ca", "The local certificate authority.") { serve });

        var parsed = root.Parse(args);
        if (parsed.Errors.Count == 0) return await parsed.InvokeAsync().ConfigureAwait(false);
        foreach (var error in parsed.Errors) await Console.Error.WriteLineAsync($"meshctl: {error.Message}").ConfigureAwait(false);
        await Console.Error.WriteLineAsync("meshctl: see meshctl --help").ConfigureAwait(false);
        return ExitCodes.Usage;
    }
}
