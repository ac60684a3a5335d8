using System.Buffers;
using System.Text;
using System.Text.Json;
using Mesh.Aws.Credentials;
using Mesh.Aws.Signing;

namespace Mesh.Payments.Messaging.Publishing;

/// <summary>PutEvents of EventBridge (AWS JSON 1.1).</summary>
/// <remarks>By hand, because AWSSDK.EventBridge cannot be had; docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html.</remarks>
internal sealed class EventBridgePublisher(
    HttpClient http, Uri endpoint, string region, string bus, IAwsCredentialsProvider credentials, TimeProvider time) : IEventPublisher
{
    private const string Target = "AWSEvents.PutEvents";
    private const string ContentType = "application/x-amz-json-1.1";

    private readonly SignatureV4 signature = new(region, "events");

    public string Destination => $"eventbridge:{bus}";

    public int BatchLimit => 10;

    public async Task<IReadOnlyList<string?>> PublishAsync(IReadOnlyList<PaymentEvent> events, CancellationToken cancellationToken)
    {
        var body = Body(events);
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
        request.Headers.TryAddWithoutValidation("X-Amz-Target", Target);
        var signer = await credentials.GetAsync(cancellationToken).ConfigureAwait(false);
        signature.Sign(request, body, signer, time.GetUtcNow());
        using var response = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        var text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode) throw new HttpRequestException($"EventBridge answers {(int)response.StatusCode}: {Error(text)}", null, response.StatusCode);
        return Results(text, events.Count);
    }

    private byte[] Body(IReadOnlyList<PaymentEvent> events)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("Entries");
            foreach (var one in events)
            {
                json.WriteStartObject();
                json.WriteString("EventBusName", bus);
                json.WriteString("Source", PaymentEvent.Source);
                json.WriteString("DetailType", PaymentEvent.DetailType);
                json.WriteNumber("Time", one.Time.ToUnixTimeSeconds());
                json.WriteString("Detail", one.Detail);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static List<string?> Results(string text, int count)
    {
        using var json = JsonDocument.Parse(text);
        var results = json.RootElement.GetProperty("Entries").EnumerateArray().Select(entry => entry.TryGetProperty("ErrorCode", out var code)
            ? $"{code.GetString()}: {(entry.TryGetProperty("ErrorMessage", out var message) ? message.GetString() : "")}"
            : null).ToList();
        Hosting.Invariant.Holds(results.Count == count, $"EventBridge gave {results.Count} results for {count} events");
        return results;
    }

    private static string Error(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(Encoding.UTF8.GetBytes(text));
            var type = json.RootElement.TryGetProperty("__type", out var value) ? value.GetString() : null;
            var message = json.RootElement.TryGetProperty("message", out value) || json.RootElement.TryGetProperty("Message", out value) ? value.GetString() : null;
            return $"{type} {message}";
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return "no reason given";
        }
    }
}
