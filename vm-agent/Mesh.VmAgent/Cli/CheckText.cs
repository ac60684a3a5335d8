using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Mesh.VmAgent.Checks;

namespace Mesh.VmAgent.Cli;

/// <summary>Results of checks for people and for programs.</summary>
internal static class CheckText
{
    public static string Table(IReadOnlyList<CheckResult> results)
    {
        var text = new StringBuilder();
        foreach (var result in results)
        {
            text.Append(result.Outcome switch { CheckOutcome.Passed => "ok      ", CheckOutcome.Failed => "FAILED  ", _ => "skipped " })
                .Append(result.Name.PadRight(14)).Append(result.Message).Append('\n');
            if (result.Hint.Length > 0) text.Append(' ', 22).Append("-> ").Append(result.Hint).Append('\n');
            if (result.Outcome == CheckOutcome.Failed) text.Append(' ', 22).Append("   ").Append(result.Documentation).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>A list of {check, outcome, message, hint, documentation}.</summary>
    public static string Json(IReadOnlyList<CheckResult> results)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartArray();
            foreach (var result in results)
            {
                json.WriteStartObject();
                json.WriteString("check", result.Name);
                json.WriteString("outcome", result.Outcome switch { CheckOutcome.Passed => "passed", CheckOutcome.Failed => "failed", _ => "skipped" });
                json.WriteString("message", result.Message);
                json.WriteString("hint", result.Hint);
                json.WriteString("documentation", result.Documentation);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }
}
