using Mesh.Hosting.Settings;
using Mesh.VmAgent.Bootstrap;

namespace Mesh.VmAgent.Cli;

/// <summary>A command of <c>mesh-agent</c>, for those that describe it: manual page and completions.</summary>
/// <param name="Name">Empty for the agent itself.</param>
internal sealed record AgentCommand(string Name, SettingsDefinition Definition)
{
    /// <summary>All with options of their own; the agent itself first.</summary>
    public static IReadOnlyList<AgentCommand> All() =>
    [
        new("", new AgentSettingsReader().Definition),
        new("check", new AgentSettingsReader(program: "mesh-agent check").Definition),
        new("status", AdminOptions.Status().Definition),
        new("endpoints", AdminOptions.Endpoints().Definition),
        new("logs", AdminOptions.Logs().Definition),
    ];
}
