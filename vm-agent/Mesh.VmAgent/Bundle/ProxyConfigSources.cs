using Mesh.Config.Yaml;
using Mesh.Hosting.Settings;

namespace Mesh.VmAgent.Bundle;

/// <summary>
/// Istio's ProxyConfig put together from several places, later ones over earlier ones: proxyMetadata key by key, every other field as a
/// whole. Remembers where each value stands. Fields that the agent does not use are passed over: Istio may be newer.
/// </summary>
/// <remarks>Source: istio pkg/config/mesh/mesh.go.</remarks>
internal sealed class ProxyConfigSources
{
    private readonly Dictionary<string, (YamlValue Value, string Origin)> fields = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Sourced> metadata = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, Sourced> Metadata => metadata;

    /// <summary>A MeshConfig, of which <c>defaultConfig</c> counts.</summary>
    public void ApplyMeshConfig(string text, string path)
    {
        if (BundleText.ReadMap(text, path)?.Find("defaultConfig") is { IsNull: false } config) Apply(config, path);
    }

    /// <summary>A ProxyConfig by itself, as <c>PROXY_CONFIG</c> and the annotation have it.</summary>
    public void ApplyProxyConfig(string text, string origin)
    {
        if (BundleText.ReadMap(text, origin) is { } config) Apply(config, origin);
    }

    /// <summary>Null when absent or empty.</summary>
    public Sourced? Text(string field)
    {
        if (!fields.TryGetValue(field, out var found) || found.Value.IsNull) return null;
        if (found.Value.Kind != YamlKind.Scalar) throw new SettingsException($"{found.Origin}: must be a text or number");
        return found.Value.Text.Length == 0 ? null : new Sourced(found.Value.Text, found.Origin);
    }

    public (YamlValue Value, string Origin)? Tree(string field) =>
        fields.TryGetValue(field, out var found) && !found.Value.IsNull ? found : null;

    private static string CamelCase(string name) => name.Contains('_', StringComparison.Ordinal)
        ? string.Concat(name.Split('_').Select((part, index) => index == 0 || part.Length == 0 ? part : char.ToUpperInvariant(part[0]) + part[1..]))
        : name;

    private void Apply(YamlValue config, string origin)
    {
        if (config.Kind != YamlKind.Map) throw new SettingsException($"{Place(origin, config)}: must be a map, a ProxyConfig");
        foreach (var (key, value) in config.Entries)
        {
            var name = CamelCase(key.Text);
            if (name != "proxyMetadata") fields[name] = (value, $"{Place(origin, value)} {key.Text}");
            else if (!value.IsNull) ApplyMetadata(value, origin);
        }
    }

    private void ApplyMetadata(YamlValue value, string origin)
    {
        if (value.Kind != YamlKind.Map) throw new SettingsException($"{Place(origin, value)}: proxyMetadata must be a map of texts");
        foreach (var (key, item) in value.Entries)
        {
            if (item.Kind != YamlKind.Scalar) throw new SettingsException($"{Place(origin, item)}: proxyMetadata {key.Text} must be a text");
            metadata[key.Text] = new Sourced(item.IsNull ? "" : item.Text, $"{Place(origin, item)} {key.Text}");
        }
    }

    private static string Place(string origin, YamlValue value) => $"{origin}:{value.Line}:{value.Column}";
}
