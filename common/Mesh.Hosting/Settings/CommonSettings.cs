using System.Net;
using Mesh.Hosting.Logging;
using Mesh.Hosting.Networking;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting.Settings;

/// <summary>The settings every long-running binary has, declared once.</summary>
public sealed class CommonSettings
{
    /// <summary>Adds them to <paramref name="definition"/>.</summary>
    /// <param name="defaultName">Name of the process in logs when none is given.</param>
    /// <param name="withAdmin">False for processes without an admin listener; <see cref="Admin"/> is then always null.</param>
    public CommonSettings(SettingsDefinition definition, string defaultName, bool withAdmin = true)
    {
        ArgumentNullException.ThrowIfNull(definition);
        Name = definition.WithDefault("name", "NAME", "Name of this process in logs.", SettingParsers.Text, defaultName);
        AccessLog = definition.Optional(
            "access-log", "FILE", "Where JSON access log lines are appended; - is standard output; none when not set.", SettingParsers.Text);
        Admin = withAdmin
            ? definition.Optional("admin", "ADDR:PORT", "Admin listener; keep it on loopback.", AddressParsing.EndPoint)
            : null;
        LogLevel = definition.WithDefault(
            "log-level", "LEVEL", "trace, debug, info, warning, error or none.", LoggingSetup.ParseLevel, "info");
    }

    public Setting<string> Name { get; }

    public Setting<string?> AccessLog { get; }

    public Setting<IPEndPoint?>? Admin { get; }

    public Setting<LogLevel> LogLevel { get; }
}
