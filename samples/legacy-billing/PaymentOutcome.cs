using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace LegacyBilling;

/// <summary>How an attempt to settle an invoice ended.</summary>
/// <param name="Invoice">Id of the invoice.</param>
/// <param name="Outcome">
/// <c>paid</c>, <c>processing</c>, <c>declined</c>, <c>refused</c>, <c>unavailable</c>, or <c>unknown</c> for an invoice that
/// does not exist.
/// </param>
/// <param name="Message">What the payments service, or the way to it, said when it did not pay.</param>
/// <param name="Payment">The payment as the payments service gave it; null when there is none.</param>
internal sealed record PaymentOutcome(string Invoice, string Outcome, string? Message, JsonNode? Payment)
{
    [JsonIgnore]
    public int HttpStatus => Outcome switch
    {
        "paid" => StatusCodes.Status200OK,
        "processing" => StatusCodes.Status202Accepted,
        "declined" => StatusCodes.Status402PaymentRequired,
        "unknown" => StatusCodes.Status404NotFound,
        "refused" => StatusCodes.Status502BadGateway,
        _ => StatusCodes.Status503ServiceUnavailable,
    };
}
