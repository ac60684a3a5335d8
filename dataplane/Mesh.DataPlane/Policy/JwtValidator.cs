using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Mesh.Config.Policy;
using Mesh.Config.Resources.Security;

namespace Mesh.DataPlane.Policy;

/// <summary>Checks tokens against keys that stand in the configuration, or that are fetched from where it says.</summary>
/// <param name="remote">Keys behind a <c>jwksUri</c>; null while there are none.</param>
/// <remarks>Source: RFC 7519, RFC 7515; Envoy, jwt_authn filter: issuer, times with 60 s of leeway, audiences, then the signature.</remarks>
public sealed class JwtValidator(Func<string, JsonWebKeys?> remote, TimeProvider time) : IJwtValidator
{
    /// <summary>Longer ones are nobody's.</summary>
    private const int MaxLength = 64 * 1024;

    private const int MaxKeySets = 256;

    private static readonly TimeSpan Leeway = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<string, JsonWebKeys?> _inline = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public JwtValidation Validate(string token, JwtRule rule)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(rule);
        if (token.Length > MaxLength || token.Split('.') is not [var head, var body, var end]) return JwtValidation.Invalid(JwtFailure.Malformed);
        if (Json(head) is not { } header || Json(body) is not { } payload || Bytes(end) is not { } signature) return JwtValidation.Invalid(JwtFailure.Malformed);
        var claims = new JwtClaims(payload, rule.SpaceDelimitedClaims);
        if (rule.Issuer.Length > 0 && claims.Issuer != rule.Issuer) return JwtValidation.Invalid(JwtFailure.WrongIssuer);
        if (!IsOfNow(payload)) return JwtValidation.Invalid(JwtFailure.WrongTime);
        if (!rule.Audiences.IsEmpty && !claims.Find("aud").Any(audience => rule.Audiences.Contains(audience)))
            return JwtValidation.Invalid(JwtFailure.WrongAudience);
        if (KeysOf(rule) is not { } keys) return JwtValidation.Invalid(JwtFailure.NoKeys);
        return keys.Verify(Text(header, "alg") ?? "", Text(header, "kid"), Encoding.ASCII.GetBytes($"{head}.{body}"), signature)
            ? JwtValidation.Valid(claims)
            : JwtValidation.Invalid(JwtFailure.WrongSignature);
    }

    private JsonWebKeys? KeysOf(JwtRule rule)
    {
        if (rule.Jwks.Length == 0) return remote(rule.JwksUri);
        if (_inline.Count > MaxKeySets) _inline.Clear();
        return _inline.GetOrAdd(rule.Jwks, JsonWebKeys.Parse);
    }

    private bool IsOfNow(JsonElement payload)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var leeway = (long)Leeway.TotalSeconds;
        return !(Number(payload, "exp", out var expires) && now > expires + leeway) && !(Number(payload, "nbf", out var begins) && now < begins - leeway);
    }

    private static bool Number(JsonElement payload, string name, out double number)
    {
        number = 0;
        return payload.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out number);
    }

    private static string? Text(JsonElement value, string name)
    {
        try
        {
            return value.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.String ? found.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // An escaped half of a surrogate pair, which is valid JSON and no text.
            return null;
        }
    }

    /// <summary>Null for what is not a JSON object in base64url.</summary>
    private static JsonElement? Json(string part)
    {
        if (Bytes(part) is not { } bytes) return null;
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static byte[]? Bytes(string part)
    {
        try
        {
            return Base64Url.DecodeFromChars(part);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
