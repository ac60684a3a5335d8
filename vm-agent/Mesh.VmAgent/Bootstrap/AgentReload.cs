using Mesh.Hosting.Logging;
using Mesh.Hosting.Settings;

namespace Mesh.VmAgent.Bootstrap;

/// <summary>Takes up what the settings say now, as far as that can change while the agent runs, and names the rest.</summary>
/// <param name="args">The command line; files and variables are read again.</param>
/// <param name="first">What the agent runs with.</param>
internal sealed class AgentReload(string[] args, AgentSettings first, LogLevels levels, Action reopenLogs, ILogger log)
{
    private const string LogLevelName = "log-level";

    /// <returns>Why nothing was changed; null when all is well.</returns>
    public string? Run()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        if (!new AgentSettingsReader().TryRead(args, SettingsReader.ProcessEnvironment(), output, error, out var next, out _)) return error.ToString().Trim();
        // Also when it is the same as before: that undoes `mesh-agent logs --level`.
        levels.Set(next.LogLevel);
        reopenLogs();
        string[] waiting = [.. next.Texts.Where(text => text.Key != LogLevelName && text.Value != first.Texts.GetValueOrDefault(text.Key, "")).Select(text => text.Key)];
        if (waiting.Length > 0) log.NeedsStart(string.Join(", ", waiting));
        return null;
    }
}
