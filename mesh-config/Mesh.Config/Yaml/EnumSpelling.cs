namespace Mesh.Config.Yaml;

internal enum EnumSpelling
{
    AsDeclared,
    UpperSnake,
}
