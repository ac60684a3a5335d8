using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LegacyBilling;

/// <summary>Calls the payments API over plain HTTP/1.1 and JSON, through whatever proxy <c>http_proxy</c> names.</summary>
internal sealed class PaymentsApi(HttpClient client, Uri payments)
{
    private const int MessageLimit = 500;

    /// <summary>
    /// Pays one invoice. The idempotency key comes from the invoice, so that paying twice, or again after a lost answer,
    /// is one payment.
    /// </summary>
    public async Task<PaymentOutcome> PayAsync(Invoice invoice, string paymentMethod, CancellationToken cancellationToken)
    {
        var key = $"legacy-billing-{invoice.Id}";
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(payments, "/v1/payments"))
        {
            Content = JsonContent.Create(Body(invoice, paymentMethod), BillingJson.Default.JsonObject),
        };
        request.Headers.Add("Idempotency-Key", key);
        try
        {
            using var response = await client.SendAsync(request, cancellationToken);
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            return Judge(invoice, response.StatusCode, text);
        }
        catch (Exception error) when (error is HttpRequestException or System.Net.Sockets.SocketException)
        {
            return new PaymentOutcome(invoice.Id, "unavailable", error.Message, null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new PaymentOutcome(invoice.Id, "unavailable", $"no answer within {client.Timeout.TotalSeconds} s", null);
        }
    }

    private static JsonObject Body(Invoice invoice, string paymentMethod) => new()
    {
        ["merchant"] = "legacy-billing",
        ["amount"] = new JsonObject
        {
            ["currencyCode"] = invoice.Currency,
            // int64 is a string in protobuf's JSON form.
            ["minorUnits"] = invoice.AmountMinor.ToString(CultureInfo.InvariantCulture),
        },
        ["paymentMethod"] = paymentMethod,
        ["description"] = $"Invoice {invoice.Id} for {invoice.Customer}",
    };

    private static PaymentOutcome Judge(Invoice invoice, HttpStatusCode status, string text)
    {
        var answer = Parse(text);
        // Accepted, but whether the card was charged is not known yet: paying again, with the same key, tells.
        if (status == HttpStatusCode.OK && answer?["state"]?.ToString() == "PROCESSING")
            return new PaymentOutcome(invoice.Id, "processing", "not decided yet; pay again to learn the outcome", answer);
        if (status == HttpStatusCode.OK && answer is not null) return new PaymentOutcome(invoice.Id, "paid", null, answer);

        var message = answer?["message"]?.ToString() ?? text.Trim();
        if (message.Length > MessageLimit) message = message[..MessageLimit];
        var outcome = IsDeclined(answer) ? "declined" : IsPassing(status) ? "unavailable" : "refused";
        return new PaymentOutcome(invoice.Id, outcome, $"HTTP {(int)status}: {message}", null);
    }

    /// <summary>Whether sending it again later helps: ABORTED and RESOURCE_EXHAUSTED come as 409 and 429.</summary>
    private static bool IsPassing(HttpStatusCode status) =>
        status is >= HttpStatusCode.InternalServerError or HttpStatusCode.Conflict or HttpStatusCode.TooManyRequests;

    /// <summary>A decline is an error with a google.rpc.ErrorInfo among its details.</summary>
    private static bool IsDeclined(JsonObject? answer) =>
        answer?["details"] is JsonArray details &&
        details.OfType<JsonObject>().Any(detail => detail["reason"]?.ToString() == "PAYMENT_DECLINED");

    /// <summary>Null for what is not a JSON object, such as the plain text of a proxy on the way.</summary>
    private static JsonObject? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
