using System.Text;
using System.Text.Json;

namespace Mesh.Hosting.Settings;

/// <summary>The values a binary runs with, and where each came from.</summary>
public sealed class EffectiveSettings
{
    private readonly SettingsDefinition definition;
    private readonly Dictionary<Setting, EffectiveValue> values;

    internal EffectiveSettings(SettingsDefinition definition, Dictionary<Setting, EffectiveValue> values)
    {
        this.definition = definition;
        this.values = values;
    }

    /// <summary>The value, parsed and checked.</summary>
    public T Get<T>(Setting<T> setting) => (T)values[setting].Parsed!;

    /// <summary>True when the value was given, not defaulted.</summary>
    public bool IsGiven(Setting setting) => values[setting].Origin is not ("default" or "not set");

    /// <summary>True when it came from our own options, variables or file, not from <see cref="SettingsDefinition.FindElsewhere"/>.</summary>
    public bool IsOwn(Setting setting)
    {
        var origin = values[setting].Origin;
        return origin == $"option --{setting.Name}" || origin == $"environment {definition.EnvironmentName(setting)}" || origin.StartsWith("file ", StringComparison.Ordinal);
    }

    /// <summary>All settings as JSON with comments, readable again by <c>--config</c>; secrets are masked.</summary>
    public string Print()
    {
        var output = new StringBuilder("{\n");
        foreach (var setting in definition.Settings.Where(setting => setting != definition.Config))
        {
            var value = values[setting];
            if (value.Texts is null)
                output.Append("  // ").Append(Quote(setting.Name)).Append(" is not set\n");
            else
                output.Append("  ").Append(Quote(setting.Name)).Append(": ").Append(Format(setting, value.Texts))
                    .Append(", // ").Append(value.Origin).Append('\n');
        }

        return output.Append("}\n").ToString();
    }

    /// <summary>Every value as text, by the names of settings, to be compared with those of another reading; not to be shown: secrets are in it.</summary>
    public IReadOnlyDictionary<string, string> Texts() => definition.Settings.ToDictionary(
        setting => setting.Name, setting => string.Join('\n', values[setting].Texts ?? []), StringComparer.Ordinal);

    private static string Format(Setting setting, IReadOnlyList<string> texts)
    {
        if (setting.Secret) return "\"***\"";
        if (setting.Flag) return texts[0];
        return setting.Repeatable ? $"[{string.Join(", ", texts.Select(Quote))}]" : Quote(texts[0]);
    }

    private static string Quote(string text) =>
        $"\"{JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
