using System.Runtime.InteropServices;
using YamlDotNet.Core;

namespace Mesh.Config.Yaml;

/// <summary>Where a text stands inside another one, so that findings in it point into the outer text.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct YamlPlace
{
    /// <summary>Lines and columns before the text; with <see cref="IsFixed"/> the one place that everything has.</summary>
    public int Lines { get; private init; }

    public int Columns { get; private init; }

    /// <summary>True when places inside cannot be told, as in a quoted text with escapes.</summary>
    public bool IsFixed { get; private init; }

    public static YamlPlace Shifted(int lines, int column) => new() { Lines = lines, Columns = column };

    public static YamlPlace Fixed(int line, int column) => new() { Lines = line, Columns = column, IsFixed = true };

    /// <summary>1-based line and column in the outer text.</summary>
    public (int Line, int Column) Of(Mark mark) =>
        IsFixed ? (Lines, Columns) : ((int)mark.Line + Lines, (int)mark.Column + Columns);
}
