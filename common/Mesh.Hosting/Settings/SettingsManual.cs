using System.Text;

namespace Mesh.Hosting.Settings;

/// <summary>Settings as a manual page writes them, in the language of man(7); from the same declarations as <c>--help</c>.</summary>
public static class SettingsManual
{
    /// <summary>One tagged paragraph for each option of <paramref name="definition"/>, those that every binary has included.</summary>
    public static string Options(SettingsDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var output = new StringBuilder();
        foreach (var setting in definition.Settings) WriteOne(output, definition, setting);
        output.Append(".TP\n").Append(Bold("--print-config")).Append("\nPrint the effective settings and where each came from, then exit.\n");
        output.Append(".TP\n").Append(Bold("--version")).Append("\nPrint the version, then exit.\n");
        output.Append(".TP\n").Append(Bold("-h")).Append(", ").Append(Bold("--help")).Append("\nPrint all settings, then exit.\n");
        return output.ToString();
    }

    /// <summary>Text of the page: nothing in it is taken for a request or an escape.</summary>
    public static string Escape(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var lines = text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal).Split('\n');
        return string.Join('\n', lines.Select(line => line.StartsWith('.') || line.StartsWith('\'') ? "\\&" + line : line));
    }

    /// <summary><paramref name="text"/> in bold, escaped.</summary>
    public static string Bold(string text) => $"\\fB{Escape(text)}\\fR";

    private static void WriteOne(StringBuilder output, SettingsDefinition definition, Setting setting)
    {
        output.Append(".TP\n").Append(Bold("--" + setting.Name));
        if (setting.Hint.Length > 0) output.Append(" \\fI").Append(Escape(setting.Hint)).Append("\\fR");
        if (setting.Repeatable) output.Append(" ...");
        output.Append('\n').Append(Escape(setting.Description)).Append('\n');
        if (setting.Required) output.Append("Required.\n");
        if (setting.Defaults is { } defaults && !setting.Flag)
            output.Append("Default: ").Append(Bold(setting.Secret ? "***" : string.Join(", ", defaults))).Append(".\n");
        output.Append("Environment: ").Append(Bold(definition.EnvironmentName(setting))).Append(".\n");
    }
}
