using System.Buffers.Text;
using System.Text.Json;

namespace Mesh.Payments.Api;

/// <summary>Reads the payload of a JWT that was verified before.</summary>
/// <remarks>Source: Istio, RequestAuthentication, JWTRule.outputPayloadToHeader: the payload as base64url of JSON.</remarks>
internal static class JwtClaims
{
    /// <summary>What identities made of claims begin with, so that no claim can pass for a SPIFFE ID.</summary>
    public const string Prefix = "jwt:";

    private const int LongestPayload = 16 * 1024;
    private const int LongestIdentity = 256;

    /// <summary><c>jwt:ISSUER/CLAIM</c>; null when the payload cannot be read or lacks either.</summary>
    public static string? Identity(string payload, string claim)
    {
        if (payload.Length > LongestPayload || !Base64Url.IsValid(payload)) return null;
        try
        {
            using var json = JsonDocument.Parse(Base64Url.DecodeFromChars(payload));
            if (Text(json.RootElement, "iss") is not { } issuer || Text(json.RootElement, claim) is not { } value) return null;
            var identity = $"{Prefix}{issuer}/{value}";
            return identity.Length <= LongestIdentity && identity.All(character => character is > ' ' and <= '~') ? identity : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The latter where a string is not UTF-8.
            return null;
        }
    }

    private static string? Text(JsonElement claims, string name) =>
        claims.ValueKind == JsonValueKind.Object && claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            && value.GetString() is { Length: > 0 } text
                ? text
                : null;
}
