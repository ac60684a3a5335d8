using System.Text.Json;

namespace Mesh.Payments.Messaging.Events;

/// <summary>An event as EventBridge delivers it to a target.</summary>
/// <remarks>docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html.</remarks>
/// <param name="Id">Of this event; the same in every delivery.</param>
/// <param name="Detail">A JSON object.</param>
internal sealed record EventEnvelope(string Id, string Source, string DetailType, string Detail)
{
    /// <exception cref="PoisonMessageException">Not an event.</exception>
    public static EventEnvelope Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) throw new PoisonMessageException("it is not a JSON object, as EventBridge's events are");
            var detail = root.TryGetProperty("detail", out var value) && value.ValueKind == JsonValueKind.Object
                ? value.GetRawText()
                : throw new PoisonMessageException("the event has no 'detail' object");
            return new EventEnvelope(Field(root, "id"), Field(root, "source"), Field(root, "detail-type"), detail);
        }
        catch (JsonException exception)
        {
            throw new PoisonMessageException($"it is not JSON, as EventBridge's events are (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1})");
        }
    }

    private static string Field(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : throw new PoisonMessageException($"the event has no '{name}'");
}
