using Mesh.Config.Resources.Core;
using Mesh.Config.Yaml;
using Severity = Mesh.Config.Diagnostics.Severity;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>
/// Reads and writes the settings of the mesh: the keys <c>mesh</c> and <c>meshNetworks</c> of the ConfigMaps <c>istio</c> and
/// <c>istio-REVISION</c>, or plain files of the same content.
/// </summary>
/// <remarks>Unknown fields are warnings: Istio reads this configuration leniently, so that versions can mix.</remarks>
public static class MeshSettings
{
    internal const string ConfigKey = "mesh";

    internal const string NetworksKey = "meshNetworks";

    /// <summary>Reads a plain MeshConfig file. Never throws for what the text holds.</summary>
    /// <param name="origin">File name or other origin, for diagnostics.</param>
    public static MeshSettingsResult<MeshConfig> ReadConfig(string text, string origin) => Read(MeshConfig.Schema, text, origin);

    /// <summary>Reads a plain file of mesh networks. Never throws for what the text holds.</summary>
    /// <param name="origin">File name or other origin, for diagnostics.</param>
    public static MeshSettingsResult<MeshNetworks> ReadNetworks(string text, string origin) =>
        Read(MeshNetworks.Schema, text, origin);

    /// <summary>Byte-stable: equal settings give equal bytes.</summary>
    public static string Write(MeshConfig value) => YamlText.Format(MeshConfig.Schema.Write(value));

    /// <inheritdoc cref="Write(MeshConfig)" />
    public static string Write(MeshNetworks value) => YamlText.Format(MeshNetworks.Schema.Write(value));

    /// <summary>True when two settings say the same.</summary>
    public static bool Same(MeshConfig left, MeshConfig right) => MeshConfig.Schema.Same(left, right);

    /// <inheritdoc cref="Same(MeshConfig, MeshConfig)" />
    public static bool Same(MeshNetworks left, MeshNetworks right) => MeshNetworks.Schema.Same(left, right);

    /// <summary>Reads the settings that a ConfigMap of Istio holds; others are left as they are.</summary>
    internal static ConfigMap Attach(ConfigMap map, YamlValue node, ReadContext context)
    {
        if (map.Metadata.Name != "istio" && !map.Metadata.Name.StartsWith("istio-", StringComparison.Ordinal)) return map;
        return map with
        {
            MeshConfig = ReadKey(MeshConfig.Schema, ConfigKey, node, context),
            MeshNetworks = ReadKey(MeshNetworks.Schema, NetworksKey, node, context),
        };
    }

    private static T? ReadKey<T>(Schema<T> schema, string key, YamlValue node, ReadContext context) where T : class
    {
        if (node.Find("data")?.Find(key) is not { } content) return null;
        context.Enter("data");
        context.EnterKey(key);
        var value = NestedYaml.Read(schema, content, Severity.Warning, context);
        context.Leave();
        context.Leave();
        return value;
    }

    private static MeshSettingsResult<T> Read<T>(Schema<T> schema, string text, string origin) where T : class
    {
        ArgumentNullException.ThrowIfNull(text);
        var context = new ReadContext(origin);
        context.BeginObject(schema.Name);
        var whole = YamlValue.Scalar(text, quoted: true, line: 1, column: 1);
        var value = NestedYaml.Read(schema, whole, Severity.Warning, context);
        return new MeshSettingsResult<T> { Value = value, Diagnostics = [.. context.Diagnostics] };
    }
}
