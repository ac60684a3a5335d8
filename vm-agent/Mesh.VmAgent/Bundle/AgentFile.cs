using Mesh.Config.Yaml;
using Mesh.Hosting.Settings;

namespace Mesh.VmAgent.Bundle;

/// <summary>
/// <c>agent.yaml</c>: what Istio has no word for. Keys are the names of our settings, values a text, number, true/false, or a list where a
/// setting may be given more than once.
/// </summary>
internal static class AgentFile
{
    /// <exception cref="SettingsException">An unknown key or a value of the wrong kind; with file, line and column.</exception>
    public static Dictionary<string, FoundValue> Read(string text, string path, IReadOnlyList<Setting> settings)
    {
        var found = new Dictionary<string, FoundValue>(StringComparer.Ordinal);
        if (BundleText.ReadMap(text, path) is not { } map) return found;
        foreach (var (key, value) in map.Entries)
        {
            var place = $"{path}:{key.Line}:{key.Column}";
            var setting = settings.FirstOrDefault(candidate => candidate.Name == key.Text) ?? throw Unknown(key.Text, place, settings);
            if (value.IsNull) throw new SettingsException($"{place}: {key.Text} has no value; give it one or remove the line");
            var items = value.Kind == YamlKind.List && setting.Repeatable ? value.Items : [value];
            var texts = items.Select(item => Text(key.Text, item, setting, path)).ToList();
            if (!found.TryAdd(key.Text, new FoundValue(texts, $"{place} {key.Text}")))
                throw new SettingsException($"{place}: {key.Text} is there twice; remove one");
        }

        return found;
    }

    private static SettingsException Unknown(string name, string place, IReadOnlyList<Setting> settings)
    {
        var near = Spelling.Nearest(name, settings.Select(setting => setting.Name));
        return new SettingsException($"{place}: unknown key {name}; {(near is null ? "" : $"did you mean {near}? ")}keys are the options of mesh-agent --help");
    }

    private static string Text(string name, YamlValue value, Setting setting, string path)
    {
        // A probe is a tree in a resource; here too.
        if (value.Kind == YamlKind.Map && name == "probe") return YamlJson.Write(value);
        return value.Kind == YamlKind.Scalar
            ? value.Text
            : throw new SettingsException(
                $"{path}:{value.Line}:{value.Column}: {name} must be a text, number or true/false{(setting.Repeatable ? ", or a list of these" : "")}");
    }
}
