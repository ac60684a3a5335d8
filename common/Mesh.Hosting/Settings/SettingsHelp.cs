using System.Text;

namespace Mesh.Hosting.Settings;

/// <summary>The text of <c>--help</c>.</summary>
internal static class SettingsHelp
{
    public static string Write(SettingsDefinition definition)
    {
        var output = new StringBuilder();
        output.Append(definition.Summary).Append("\n\nUsage: ").Append(definition.Program).Append(" [OPTION]...\n\n");
        output.Append("An option wins over its environment variable, that over the --config file, that over the default.\n\n");
        foreach (var setting in definition.Settings) WriteOne(output, definition, setting);
        output.Append("  --print-config\n      Print the effective settings and where each came from, then exit.\n");
        output.Append("  --version\n      Print the version, then exit.\n");
        output.Append("  -h, --help\n      Print this, then exit.\n");
        return output.ToString();
    }

    private static void WriteOne(StringBuilder output, SettingsDefinition definition, Setting setting)
    {
        output.Append("  --").Append(setting.Name);
        if (setting.Hint.Length > 0) output.Append(' ').Append(setting.Hint);
        if (setting.Repeatable) output.Append(" ...");
        output.Append("\n      ").Append(setting.Description).Append("\n      [");
        if (setting.Required) output.Append("required; ");
        if (setting.Defaults is { } defaults && !setting.Flag)
            output.Append("default ").Append(setting.Secret ? "***" : string.Join(", ", defaults)).Append("; ");
        output.Append("environment ").Append(definition.EnvironmentName(setting)).Append("]\n");
    }
}
