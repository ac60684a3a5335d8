using System.Text.Json;
using Grpc.Core;

namespace Mesh.Istiod.Tests.Ca;

/// <param name="Request">As it was on the wire.</param>
/// <param name="ClientCertificate">A name of the recording for the certificate presented; null for none.</param>
/// <param name="Message">Status text of the reply; empty when OK.</param>
/// <param name="Chain">PEM blocks of the reply; empty unless OK.</param>
internal sealed record RecordedCall(
    string Label,
    byte[] Request,
    IReadOnlyDictionary<string, string> Metadata,
    string? ClientCertificate,
    StatusCode Code,
    string Message,
    IReadOnlyList<string> Chain)
{
    public static RecordedCall Read(JsonElement call, JsonElement reply)
    {
        var connection = call.GetProperty("connection");
        var chain = reply.TryGetProperty("response", out var response)
            ? response.GetProperty("certChain").EnumerateArray().Select(block => block.GetString()!).ToArray()
            : [];
        return new RecordedCall(
            RecordedCalls.Text(call, "label")!,
            Convert.FromBase64String(RecordedCalls.Text(call, "requestBytes")!),
            connection.GetProperty("requestMetadata").EnumerateObject().ToDictionary(one => one.Name, one => one.Value.GetString()!),
            RecordedCalls.Text(connection, "clientCertificate"),
            (StatusCode)reply.GetProperty("codeNumber").GetInt32(),
            RecordedCalls.Text(reply, "statusMessage") ?? "",
            chain);
    }
}
