namespace Mesh.Config.Yaml;

internal enum YamlKind
{
    Scalar,
    Map,
    List,
}
