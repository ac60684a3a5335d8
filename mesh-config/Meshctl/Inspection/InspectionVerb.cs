using System.CommandLine;
using System.Text.Json.Nodes;
using Mesh.Config.Diagnostics;
using Mesh.Config.Resources;
using Mesh.Hosting;
using Meshctl.Inputs;
using Meshctl.Output;

namespace Meshctl.Inspection;

/// <summary>What the verbs that look at files have in common.</summary>
internal static class InspectionVerb
{
    public static Argument<string[]> Files(string description) => new("FILE|DIR") { Arity = ArgumentArity.OneOrMore, Description = description };

    public static Option<OutputFormat> Format(OutputFormat fallback, params string[] forms) =>
        Choice.Of("--output", forms, fallback, "Form of the output.", "-o");

    /// <summary>Null when something cannot be read; standard error then says what.</summary>
    public static async Task<MeshInput?> ReadAsync(ParseResult parsed, Argument<string[]> files, string defaultNamespace, TextReader standardInput)
    {
        var input = MeshInput.Read(parsed.GetValue(files)!, standardInput, new MeshYamlOptions { DefaultNamespace = defaultNamespace });
        foreach (var line in input.Unreadable)
            await parsed.InvocationConfiguration.Error.WriteLineAsync($"meshctl: {line}").ConfigureAwait(false);
        return input.Unreadable.Count == 0 ? input : null;
    }

    public static async Task ReportAsync(ParseResult parsed, IEnumerable<Diagnostic> diagnostics)
    {
        foreach (var diagnostic in diagnostics.Where(diagnostic => diagnostic.Severity != Severity.Info))
            await parsed.InvocationConfiguration.Error.WriteLineAsync(diagnostic.ToString()).ConfigureAwait(false);
    }

    public static async Task<int> PrintAsync(ParseResult parsed, OutputFormat format, JsonNode document, Func<string> table)
    {
        var text = format switch
        {
            OutputFormat.Json => JsonText.Format(document),
            OutputFormat.Yaml => YamlText.Format(document),
            _ => table(),
        };
        await parsed.InvocationConfiguration.Output.WriteAsync(text).ConfigureAwait(false);
        return ExitCodes.Ok;
    }
}
