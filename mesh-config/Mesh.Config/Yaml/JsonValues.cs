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
    public static YamlValue Read(ref Utf8JsonReader reader) => Read(ref reader, null);

    /// <summary>The same for an object of Kubernetes; fields that are neither kept nor reported are passed over as well.</summary>
    /// <param name="kind">Its fields beside the metadata.</param>
    public static YamlValue ReadObject(ref Utf8JsonReader reader, IMessageSchema kind)
    {
        if (reader.TokenType != JsonTokenType.StartObject) return Read(ref reader, null);
        var map = YamlValue.Map();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonStrings.Name(ref reader);
            reader.Read();
            if (name.Text == "metadata") map.Entries.Add(new YamlEntry(name, Read(ref reader, Resources.ObjectMeta.Schema)));
            else if (name.Text is "apiVersion" or "kind") map.Entries.Add(new YamlEntry(name, Read(ref reader, null)));
            else if (kind.Reads(name.Text, out var message)) map.Entries.Add(new YamlEntry(name, Read(ref reader, message)));
            else reader.Skip();
        }

        return map;
    }

    /// <summary>The same for an event of a watch: <c>type</c>, then <c>object</c>.</summary>
    public static YamlValue ReadEvent(ref Utf8JsonReader reader, IMessageSchema kind)
    {
        if (reader.TokenType != JsonTokenType.StartObject) return Read(ref reader, null);
        var (map, isObject) = (YamlValue.Map(), false);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonStrings.Name(ref reader);
            reader.Read();
            var value = isObject && name.Text == "object" ? ReadObject(ref reader, kind) : Read(ref reader, null);
            // An error carries a Status, of which everything counts.
            if (name.Text == "type") isObject = value.Text != "ERROR";
            map.Entries.Add(new YamlEntry(name, value));
        }

        return map;
    }

    private static YamlValue Read(ref Utf8JsonReader reader, IMessageSchema? message)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return ReadMap(ref reader, message);
            case JsonTokenType.StartArray:
                var list = YamlValue.List();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) list.Items.Add(Read(ref reader, message));
                return list;
            case JsonTokenType.String:
                return YamlValue.OfText(JsonStrings.Text(ref reader));
            case JsonTokenType.Number:
                // In a stream, any token may lie across two pieces of it.
                return YamlValue.Scalar(
                    reader.HasValueSequence ? Encoding.UTF8.GetString(reader.ValueSequence) : Encoding.UTF8.GetString(reader.ValueSpan), quoted: false);
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

    private static YamlValue ReadMap(ref Utf8JsonReader reader, IMessageSchema? message)
    {
        var map = YamlValue.Map();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("managedFields"u8) || reader.ValueTextEquals("kubectl.kubernetes.io/last-applied-configuration"u8))
            {
                reader.Skip();
                continue;
            }

            var name = JsonStrings.Name(ref reader);
            reader.Read();
            IMessageSchema? below = null;
            if (message is not null && !message.Reads(name.Text, out below)) reader.Skip();
            else map.Entries.Add(new YamlEntry(name, Read(ref reader, below)));
        }

        return map;
    }
}
