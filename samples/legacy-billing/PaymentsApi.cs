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
            Content = JsonContent.Create(Body(invoice, paymentMethod, key), BillingJson.Default.JsonObject),
        };
        request.Headers.Add("Idempotency-Key", key);
        try
        {
            using var response = await client.SendAsync(request, cancellationToken);
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            return Judge(invoice, response.StatusCode, text);
        }
        catch (HttpRequestException error)
        {
            return new PaymentOutcome(invoice.Id, "unavailable", error.Message, null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new PaymentOutcome(invoice.Id, "unavailable", $"no answer within {client.Timeout.TotalSeconds} s", null);
        }
    }

    private static JsonObject Body(Invoice invoice, string paymentMethod, string key) => new()
    {
        ["idempotencyKey"] = key,
        ["payment"] = new JsonObject
        {
            // int64 is a string in protobuf's JSON form.
            ["amount"] = new JsonObject
            {
                ["currencyCode"] = invoice.Currency,
                ["minorUnits"] = invoice.AmountMinor.ToString(System.Globalization.CultureInfo.InvariantCulture),
            },
            ["paymentMethod"] = paymentMethod,
            ["description"] = $"Invoice {invoice.Id} for {invoice.Customer}",
        },
    };

    private static PaymentOutcome Judge(Invoice invoice, HttpStatusCode status, string text)
    {
        var payment = Parse(text);
        if (status == HttpStatusCode.OK)
        {
            var declined = payment?["state"]?.GetValue<string>() is { } state && state is "FAILED" or "DECLINED";
            return new PaymentOutcome(invoice.Id, declined ? "declined" : "paid", null, payment);
        }

        var message = payment?["message"]?.GetValue<string>() ?? text;
        if (message.Length > MessageLimit) message = message[..MessageLimit];
        var outcome = status switch
        {
            HttpStatusCode.PaymentRequired => "declined",
            >= HttpStatusCode.InternalServerError => "unavailable",
            _ => "refused",
        };
        return new PaymentOutcome(invoice.Id, outcome, $"HTTP {(int)status}: {message}", null);
    }

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
