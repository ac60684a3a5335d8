using System.CommandLine;
using System.Text.Json.Nodes;
using Mesh.Config.Diagnostics;
using Mesh.Hosting;
using Meshctl.Inputs;
using Meshctl.Output;

namespace Meshctl.Inspection;

/// <summary><c>meshctl validate</c>: each resource by itself, by Istio's own rules.</summary>
internal static class ValidateVerb
{
    private const string Description =
        "Check resources by Istio's rules, each by itself; exit code 79 when a finding is as bad as --threshold, 65 when a file cannot be read.";

    private const string Examples =
        """
        meshctl validate manifests
        kubectl get vs,dr -A -o yaml | meshctl validate --threshold warning -o json -
        """;

    public static Command Create(TextReader standardInput)
    {
        var files = InspectionVerb.Files("Files, folders or - for standard input.");
        var threshold = Choice.Of("--threshold", ["error", "warning", "info"], Severity.Error, "Findings from this on fail.");
        var space = new Option<string>("--namespace", "-n")
        {
            HelpName = "NS",
            DefaultValueFactory = _ => "default",
            Description = "Namespace of objects that give none.",
        };
        var format = InspectionVerb.Format(OutputFormat.Table, "table", "json", "yaml");
        var command = new VerbCommand("validate", Description, Examples) { files, threshold, space, format };
        command.SetAction(async (parsed, _) =>
        {
            if (await InspectionVerb.ReadAsync(parsed, files, parsed.GetValue(space)!, standardInput).ConfigureAwait(false) is not { } input)
                return ExitCodes.UnreadableInput;
            var findings = input.Diagnostics.ToArray();
            await InspectionVerb.PrintAsync(
                parsed, parsed.GetValue(format), new JsonArray([.. findings.Select(ToJson)]),
                () => string.Concat(findings.Select(finding => finding + "\n"))).ConfigureAwait(false);
            return findings.Any(finding => finding.Severity >= parsed.GetValue(threshold)) ? ExitCodes.Findings : ExitCodes.Ok;
        });
        return command;
    }

    private static JsonObject ToJson(Diagnostic finding) => new()
    {
        ["severity"] = finding.Severity.ToString().ToLowerInvariant(),
        ["code"] = finding.Code,
        ["subject"] = finding.Subject,
        ["message"] = finding.Message,
        ["file"] = finding.Location.Origin,
        ["line"] = finding.Location.Line,
        ["column"] = finding.Location.Column,
    };
}
