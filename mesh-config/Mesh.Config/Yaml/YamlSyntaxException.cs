namespace Mesh.Config.Yaml;

/// <summary>The text is not YAML, or exceeds a limit.</summary>
internal sealed class YamlSyntaxException(string message, int line, int column) : Exception(message)
{
    public int Line { get; } = line;
    public int Column { get; } = column;
}
