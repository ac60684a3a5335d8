namespace Mesh.Config.Yaml;

internal readonly record struct YamlEntry(YamlValue Key, YamlValue Value);
