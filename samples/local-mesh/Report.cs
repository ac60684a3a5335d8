using System.Globalization;
using Spectre.Console;

namespace Mesh.LocalMesh;

/// <summary>Prints results as a table; plain text when the output is not a terminal or NO_COLOR is set.</summary>
internal static class Report
{
    public static void Print(IReadOnlyList<SampleResult> results)
    {
        var plain = Console.IsOutputRedirected || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
        });
        // A pipe or a file has no width: nothing is cut there.
        if (Console.IsOutputRedirected) console.Profile.Width = 300;
        var table = new Table().Border(TableBorder.Rounded).ShowRowSeparators();
        foreach (var title in new[] { "", "from", "to", "path taken", "identity seen by the server", "status", "ms" })
            table.AddColumn(new TableColumn(title));
        foreach (var result in results)
        {
            table.AddRow(
                new Text(result.Step),
                new Text(result.From),
                new Text(result.To),
                new Text(result.Path.Length == 0 ? "(in no log)" : result.Path),
                new Text(result.Identity.Length == 0 ? "(none)" : result.Identity),
                new Text((result.Succeeded ? "✓ " : "✗ ") + result.Status, new Style(result.Succeeded ? Color.Green : Color.Red)),
                new Text(result.Time.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture)));
        }

        console.Write(table);
    }
}
