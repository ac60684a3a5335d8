namespace Mesh.Config.Yaml;

/// <summary>What a scalar means where no type is expected: the YAML 1.1 rules that Kubernetes tools apply.</summary>
internal enum ScalarType
{
    Text,
    Null,
    Bool,
    Integer,
    Float,
}
