using System.Net;
using Mesh.Hosting.Logging;
using Mesh.Hosting.Networking;
using Mesh.Hosting.Settings;

namespace Mesh.VmAgent.Cli;

/// <summary>Options of the commands that ask the running agent.</summary>
internal sealed class AdminOptions
{
    private readonly SettingsDefinition definition;
    private readonly Setting<IPEndPoint> admin;
    private readonly Setting<bool>? output;
    private readonly Setting<string>? level;

    private AdminOptions(string program, string summary, bool withLevel = false)
    {
        definition = new SettingsDefinition(program, summary, "MESH_AGENT_");
        admin = definition.WithDefault("admin", "ADDR:PORT", "Admin listener of the agent.", AddressParsing.EndPoint, "127.0.0.1:15000");
        if (withLevel)
            level = definition.Required("level", "LEVEL", "trace, debug, info, warning, error or none.", text => LoggingSetup.NameOf(LoggingSetup.ParseLevel(text)));
        else output = Output(definition);
    }

    public static AdminOptions Status() =>
        new("mesh-agent status", "What the agent on this machine is and lacks; exit code 1 while it is not ready.");

    public static AdminOptions Endpoints() => new("mesh-agent endpoints", "The destinations the agent on this machine knows, with their endpoints.");

    public static AdminOptions Logs() =>
        new("mesh-agent logs", "Changes how much the agent on this machine logs, until it is started again.", withLevel: true);

    public SettingsDefinition Definition => definition;

    public IPEndPoint Admin { get; private set; } = new(IPAddress.Loopback, 15000);

    public bool Json { get; private set; }

    public string Level { get; private set; } = "";

    /// <summary>Adds <c>--output</c>, true for JSON.</summary>
    public static Setting<bool> Output(SettingsDefinition definition) => definition.WithDefault(
        "output", "FORMAT", "table or json (short: -o).",
        text => text switch { "table" => false, "json" => true, _ => throw new FormatException($"'{text}' is neither table nor json") }, "table");

    /// <inheritdoc cref="SettingsReader.TryRead(SettingsDefinition, string[], out EffectiveSettings?, out int)"/>
    public bool TryRead(string[] args, TextWriter outputTo, TextWriter error, out int exitCode)
    {
        if (!SettingsReader.TryRead(definition, args, SettingsReader.ProcessEnvironment(), outputTo, error, out var values, out exitCode)) return false;
        Admin = values.Get(admin);
        Json = output is not null && values.Get(output);
        Level = level is not null ? values.Get(level) : "";
        return true;
    }
}
