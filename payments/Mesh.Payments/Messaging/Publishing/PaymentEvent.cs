using System.Globalization;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Mesh.Payments.Storage;

namespace Mesh.Payments.Messaging.Publishing;

/// <summary>One change of a payment as other applications get it.</summary>
/// <param name="Detail">A JSON object: <c>id</c>, <c>merchant</c>, <c>position</c> and <c>payment</c>, in the JSON form of payments.v1.</param>
internal sealed record PaymentEvent(DateTimeOffset Time, string Detail)
{
    public const string Source = "mesh.payments";
    public const string DetailType = "Payment Changed";

    private static readonly JsonFormatter Json = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true));

    public static PaymentEvent Of(string merchant, StoredEvent stored)
    {
        var position = stored.Position.ToString(CultureInfo.InvariantCulture);
        var detail = new JsonObject
        {
            // The bus gives an id to each sending; this one is the same in all of them.
            ["id"] = $"{merchant}/{position}",
            ["merchant"] = merchant,
            ["position"] = position,
            ["payment"] = JsonNode.Parse(Json.Format(V1.Payment.Parser.ParseFrom(stored.Payment))),
        };
        return new PaymentEvent(stored.Time, detail.ToJsonString());
    }
}
