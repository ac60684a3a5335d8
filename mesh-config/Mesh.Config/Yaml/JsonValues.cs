using System.Text;
using System.Text.Json;

namespace Mesh.Config.Yaml;

/// <summary>Turns what an API server sends into the same trees as files give, so that the same schemas read both.</summary>
internal static class JsonValues
{
    /// <summary>
    /// Reads the value that the reader stands on. Left out on the way is what nobody reads and what makes up half of many
    /// objects: <c>managedFields</c> and the copy of itself that kubectl keeps in an annotation.
    /// </summary>
    /// <exception cref="JsonException">The text is not JSON or nested too deep.</exception>
    public static YamlValue Read(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return ReadMap(ref reader);
            case JsonTokenType.StartArray:
                var list = YamlValue.List();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) list.Items.Add(Read(ref reader));
                return list;
            case JsonTokenType.String:
                return YamlValue.OfText(reader.GetString() ?? "");
            case JsonTokenType.Number:
                return YamlValue.Scalar(Encoding.UTF8.GetString(reader.ValueSpan), quoted: false);
            case JsonTokenType.True:
                return YamlValue.Scalar("true", quoted: false);
            case JsonTokenType.False:
                return YamlValue.Scalar("false", quoted: false);
            case JsonTokenType.Null:
                return YamlValue.Scalar("null", quoted: false);
            default:
                throw new JsonException($"a value was expected, not {reader.TokenType}");
        }
    }

    private static YamlValue ReadMap(ref Utf8JsonReader reader)
    {
        var map = YamlValue.Map();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("managedFields"u8) || reader.ValueTextEquals("kubectl.kubernetes.io/last-applied-configuration"u8))
            {
                reader.Skip();
                continue;
            }

            var key = YamlValue.OfText(reader.GetString() ?? "");
            reader.Read();
            map.Entries.Add(new YamlEntry(key, Read(ref reader)));
        }

        return map;
    }
}
