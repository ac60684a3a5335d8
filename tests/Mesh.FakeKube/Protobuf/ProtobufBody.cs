using System.Text;
using System.Text.Json.Nodes;
using Mesh.FakeKube.Objects;

namespace Mesh.FakeKube.Protobuf;

/// <summary>Reads a body of <c>application/vnd.kubernetes.protobuf</c> into JSON.</summary>
internal static class ProtobufBody
{
    private static readonly MessageSchema Envelope = new(
        (1, new("type", FieldKind.Message, Message: new(
            (1, new MessageField("apiVersion", FieldKind.Text)),
            (2, new MessageField("kind", FieldKind.Text))))),
        (2, new("raw", FieldKind.Bytes)));

    private static readonly MessageSchema TextEntry = new(
        (1, new MessageField("key", FieldKind.Text)), (2, new MessageField("value", FieldKind.Text)));

    private static readonly MessageSchema BytesEntry = new(
        (1, new MessageField("key", FieldKind.Text)), (2, new MessageField("value", FieldKind.Bytes)));

    /// <summary>Stands before the envelope.</summary>
    private static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    /// <returns>Null when it is none of the <see cref="KnownMessages"/>.</returns>
    /// <exception cref="FormatException">It is no protobuf.</exception>
    public static JsonObject? Read(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith(Magic)) return null;
        var envelope = Read(body[Magic.Length..], Envelope);
        var kind = Json.Text(envelope, "type", "kind") ?? "";
        if (KnownMessages.Find(kind) is not { } schema) return null;
        var value = new JsonObject { ["apiVersion"] = Json.Text(envelope, "type", "apiVersion"), ["kind"] = kind };
        foreach (var (name, node) in Read(Convert.FromBase64String(Json.Text(envelope, "raw") ?? ""), schema)) value[name] = Json.Copy(node);
        return value;
    }

    private static JsonObject Read(ReadOnlySpan<byte> bytes, MessageSchema schema)
    {
        var message = new JsonObject();
        while (bytes.Length > 0)
        {
            var tag = Varint(ref bytes);
            var field = schema.At((int)(tag >> 3));
            switch (tag & 7)
            {
                case 0:
                    var number = Varint(ref bytes);
                    if (field is { Kind: FieldKind.Number }) message[field.Name] = (long)number;
                    else if (field is { Kind: FieldKind.Truth }) message[field.Name] = number != 0;
                    break;
                case 1:
                    Take(ref bytes, 8);
                    break;
                case 2:
                    var content = Take(ref bytes, (int)Math.Min(Varint(ref bytes), int.MaxValue));
                    if (field is not null) Set(message, field, content);
                    break;
                case 5:
                    Take(ref bytes, 4);
                    break;
                default:
                    throw new FormatException($"wire type {tag & 7} of field {tag >> 3}");
            }
        }

        return message;
    }

    private static void Set(JsonObject message, MessageField field, ReadOnlySpan<byte> content)
    {
        if (field.Kind is FieldKind.TextMap or FieldKind.BytesMap)
        {
            var entry = Read(content, field.Kind == FieldKind.TextMap ? TextEntry : BytesEntry);
            Json.Map(message, field.Name)[Json.Text(entry, "key") ?? ""] = Json.Text(entry, "value") ?? "";
            return;
        }

        JsonNode value = field.Kind switch
        {
            FieldKind.Message => Read(content, field.Message!),
            FieldKind.Bytes => Convert.ToBase64String(content),
            _ => Encoding.UTF8.GetString(content),
        };
        if (field.Repeated)
        {
            if (message[field.Name] is JsonArray list) list.Add(value);
            else message[field.Name] = new JsonArray(value);
        }
        else if (value is not JsonValue text || Json.Text(text) is not "")
        {
            // Go writes empty texts, JSON leaves them out.
            message[field.Name] = value;
        }
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> bytes, int count)
    {
        if (count > bytes.Length) throw new FormatException("a field is longer than the message");
        var taken = bytes[..count];
        bytes = bytes[count..];
        return taken;
    }

    private static ulong Varint(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (var index = 0; index < 10 && index < bytes.Length; index++)
        {
            value |= (ulong)(bytes[index] & 0x7f) << (7 * index);
            if (bytes[index] >= 0x80) continue;
            bytes = bytes[(index + 1)..];
            return value;
        }

        throw new FormatException("a number is cut off");
    }
}
