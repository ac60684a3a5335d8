using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Mesh.FakeKube.Objects;

/// <summary>Reads YAML, of which JSON is a part, into JSON trees.</summary>
internal static class YamlJson
{
    /// <summary>One tree per document that is a map; items of a <c>List</c> one by one.</summary>
    /// <exception cref="YamlException">The text is no YAML.</exception>
    public static IEnumerable<JsonObject> Read(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        foreach (var document in stream.Documents)
        {
            if (Node(document.RootNode) is not JsonObject map) continue;
            if (Json.Text(map, "kind")?.EndsWith("List", StringComparison.Ordinal) != true || map["items"] is not JsonArray)
            {
                yield return map;
                continue;
            }

            foreach (var item in Json.Maps(map, "items")) yield return Json.Copy(item);
        }
    }

    private static JsonNode? Node(YamlNode node) => node switch
    {
        YamlMappingNode map => Map(map),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Node)]),
        YamlScalarNode scalar => Scalar(scalar),
        _ => null,
    };

    private static JsonObject Map(YamlMappingNode node)
    {
        var map = new JsonObject();
        foreach (var (key, value) in node.Children) map[((YamlScalarNode)key).Value ?? ""] = Node(value);
        return map;
    }

    /// <summary>As YAML 1.2's core schema reads a plain scalar.</summary>
    private static JsonNode? Scalar(YamlScalarNode node)
    {
        var text = node.Value ?? "";
        if (node.Style != ScalarStyle.Plain) return text;
        if (text is "" or "~" or "null" or "Null" or "NULL") return null;
        if (text is "true" or "True" or "TRUE") return true;
        if (text is "false" or "False" or "FALSE") return false;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)) return whole;
        return (char.IsAsciiDigit(text[0]) || text[0] is '-' or '.')
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : text;
    }
}
