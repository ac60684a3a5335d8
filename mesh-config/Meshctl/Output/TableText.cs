using System.Text;

namespace Meshctl.Output;

/// <summary>Columns as wide as their widest cell, three blanks apart, headers in capitals: as kubectl and istioctl print.</summary>
internal static class TableText
{
    /// <param name="rows">Each as long as <paramref name="header"/>; an empty cell becomes <c>-</c>.</param>
    public static string Format(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        var all = rows.Prepend(header).ToArray();
        var widths = header.Select((_, column) => all.Max(row => Cell(row[column]).Length)).ToArray();
        var text = new StringBuilder();
        foreach (var row in all)
        {
            var line = string.Join("   ", row.Select((cell, column) => Cell(cell).PadRight(widths[column])));
            text.Append(line.TrimEnd()).Append('\n');
        }

        return text.ToString();
    }

    private static string Cell(string text) => text.Length == 0 ? "-" : text;
}
