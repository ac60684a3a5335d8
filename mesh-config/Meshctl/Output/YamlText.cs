using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Meshctl.Output;

/// <summary>Writes values as block YAML: two spaces, LF, lists not indented.</summary>
internal static class YamlText
{
    public static string Format(JsonNode node)
    {
        var text = new StringBuilder();
        Write(text, node, 0, firstIsPlaced: false);
        return text.ToString();
    }

    private static void Write(StringBuilder text, JsonNode node, int indent, bool firstIsPlaced)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } map:
                foreach (var (key, value) in map)
                {
                    if (!firstIsPlaced) text.Append(' ', indent);
                    firstIsPlaced = false;
                    text.Append(Scalar(key)).Append(':');
                    WriteValue(text, value!, indent);
                }

                break;
            case JsonArray { Count: > 0 } list:
                foreach (var item in list)
                {
                    text.Append(' ', indent).Append("- ");
                    Write(text, item!, indent + 2, firstIsPlaced: true);
                }

                break;
            default:
                text.Append(Inline(node)).Append('\n');
                break;
        }
    }

    private static void WriteValue(StringBuilder text, JsonNode value, int indent)
    {
        if (value is JsonObject { Count: > 0 } or JsonArray { Count: > 0 })
        {
            text.Append('\n');
            Write(text, value, value is JsonArray ? indent : indent + 2, firstIsPlaced: false);
            return;
        }

        text.Append(' ').Append(Inline(value)).Append('\n');
    }

    private static string Inline(JsonNode node) => node switch
    {
        JsonObject => "{}",
        JsonArray => "[]",
        _ => node.GetValueKind() == JsonValueKind.String ? Scalar(node.GetValue<string>()) : node.ToJsonString(),
    };

    /// <summary>Plain only what every reader takes for text; a JSON string is a double-quoted YAML one.</summary>
    private static string Scalar(string text)
    {
        var plain = text.Length > 0 && (char.IsAsciiLetter(text[0]) || text[0] == '/')
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '/' or '|' or '+' or '=')
            && text.ToLowerInvariant() is not ("true" or "false" or "yes" or "no" or "on" or "off" or "null" or "y" or "n");
        return plain ? text : JsonText.Format(JsonValue.Create(text)).TrimEnd('\n');
    }
}
