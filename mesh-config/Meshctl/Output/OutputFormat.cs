namespace Meshctl.Output;

/// <summary>Forms of <c>-o</c>.</summary>
internal enum OutputFormat
{
    Table,
    Json,
    Yaml,
}
