using System.Text;
using System.Text.Json;
using Mesh.Config.Yaml;

namespace Mesh.VmAgent.Bundle;

/// <summary>Writes a YAML tree as one line of JSON.</summary>
internal static class YamlJson
{
    public static string Write(YamlValue value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    private static void Append(StringBuilder text, YamlValue value)
    {
        switch (value.Kind)
        {
            case YamlKind.Map:
                AppendAll(text, '{', value.Entries, entry =>
                {
                    AppendText(text, entry.Key.Text);
                    text.Append(": ");
                    Append(text, entry.Value);
                }, '}');
                break;
            case YamlKind.List:
                AppendAll(text, '[', value.Items, item => Append(text, item), ']');
                break;
            default:
                if (value.Type == ScalarType.Text) AppendText(text, value.Text);
                else text.Append(value.IsNull ? "null" : value.Text);
                break;
        }
    }

    private static void AppendAll<T>(StringBuilder text, char open, List<T> items, Action<T> append, char close)
    {
        text.Append(open);
        for (var index = 0; index < items.Count; index++)
        {
            if (index > 0) text.Append(", ");
            append(items[index]);
        }

        text.Append(close);
    }

    private static void AppendText(StringBuilder text, string content) => text.Append('"').Append(JsonEncodedText.Encode(content)).Append('"');
}
