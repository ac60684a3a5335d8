using System.Text;
using Mesh.Hosting.Settings;

namespace Mesh.VmAgent.Bundle;

/// <summary>Annotations as Kubernetes' downward API writes them into a file: <c>key="value"</c>, quoted as in Go.</summary>
internal static class PodAnnotations
{
    /// <exception cref="SettingsException">With file, line and remedy.</exception>
    public static Dictionary<string, Sourced> Read(string text, string path)
    {
        var annotations = new Dictionary<string, Sourced>(StringComparer.Ordinal);
        var lines = text.Split('\n');
        for (var index = 0; index < lines.Length; index++)
        {
            if (string.IsNullOrWhiteSpace(lines[index])) continue;
            var equals = lines[index].IndexOf('=', StringComparison.Ordinal);
            var origin = $"{path}:{index + 1}";
            if (equals <= 0) throw new SettingsException($"{origin}: is not an annotation; write key=\"value\"");
            annotations[lines[index][..equals]] = new Sourced(Unquote(lines[index][(equals + 1)..].Trim(), origin), origin);
        }

        return annotations;
    }

    private static string Unquote(string quoted, string origin)
    {
        if (quoted.Length < 2 || quoted[0] != '"' || quoted[^1] != '"')
            throw new SettingsException($"{origin}: the value must be in double quotes; write key=\"value\"");
        var value = new StringBuilder();
        for (var at = 1; at < quoted.Length - 1; at++)
        {
            if (quoted[at] != '\\') value.Append(quoted[at]);
            else value.Append(Escape(quoted, ref at) ?? throw new SettingsException($"{origin}: has an escape that is not known at column {at + 1} of the value"));
        }

        return value.ToString();
    }

    private static string? Escape(string quoted, ref int at)
    {
        at++;
        const string escapes = "ntr\\\"abfv";
        const string meanings = "\n\t\r\\\"\a\b\f\v";
        if (escapes.IndexOf(quoted[at], StringComparison.Ordinal) is var known and >= 0) return meanings[known].ToString();
        var digits = quoted[at] switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits == 0 || at + digits >= quoted.Length - 1) return null;
        if (!int.TryParse(quoted.AsSpan(at + 1, digits), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var code)) return null;
        at += digits;
        return Rune.IsValid(code) ? new Rune(code).ToString() : null;
    }
}
