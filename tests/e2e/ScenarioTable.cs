using System.Globalization;
using Mesh.EndToEnd.Scenarios;
using Spectre.Console;

namespace Mesh.EndToEnd;

/// <summary>Prints what the flows saw; plain text when the output is not a terminal or NO_COLOR is set.</summary>
internal static class ScenarioTable
{
    private const int MostFailures = 12;

    public static void Print(IReadOnlyList<ScenarioResult> results)
    {
        var plain = Console.IsOutputRedirected || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
        });
        // A pipe or a file has no width: nothing is cut there.
        if (Console.IsOutputRedirected) console.Profile.Width = 300;
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var title in new[] { "scenario", "flow", "calls", "failed", "longest gap, ms", "causes" }) table.AddColumn(new TableColumn(title));
        foreach (var result in results)
        {
            var name = result.Scenario.Name;
            foreach (var flow in result.Flows)
            {
                table.AddRow(
                    new Text(name),
                    new Text(flow.Flow),
                    new Text(flow.Calls.ToString(CultureInfo.InvariantCulture)),
                    new Text(
                        flow.Failed.ToString(CultureInfo.InvariantCulture) + (flow.Failed > 0 && flow.Tolerated is not null ? " (may)" : ""),
                        new Style(flow.Failed > 0 && flow.Tolerated is null ? Color.Red : Color.Default)),
                    new Text(flow.Gap.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture)),
                    new Text(string.Join("; ", flow.Causes.Select(cause => $"{cause.Value} × {cause.Key}"))));
                name = "";
            }
        }

        console.Write(table);
    }

    /// <summary>Each call that failed, with when and why; the first ones when there are many.</summary>
    public static void PrintFailures(ScenarioResult result)
    {
        foreach (var failure in result.Failures.Take(MostFailures)) Console.WriteLine(failure);
        if (result.Failures.Count > MostFailures) Console.WriteLine($"    and {result.Failures.Count - MostFailures} more");
        foreach (var reason in result.Flows.Where(flow => flow is { Failed: > 0, Tolerated: not null }).GroupBy(flow => flow.Tolerated))
            Console.WriteLine($"    may fail ({string.Join(", ", reason.Select(flow => flow.Flow))}): {reason.Key}");
    }
}
