using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;

namespace Mesh.DataPlane.Policy;

/// <summary>The public keys of one issuer.</summary>
/// <remarks>Source: RFC 7517, RFC 7518 section 6; keys of kinds that are not RSA or NIST curves are passed over, as is whatever cannot be read.</remarks>
public sealed class JsonWebKeys
{
    private readonly ImmutableArray<Key> _keys;

    private JsonWebKeys(ImmutableArray<Key> keys) => _keys = keys;

    /// <summary>Null for what is no key set, or has no key that can be used.</summary>
    public static JsonWebKeys? Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("keys", out var list)
                || list.ValueKind != JsonValueKind.Array) return null;
            ImmutableArray<Key> keys = [.. list.EnumerateArray().Select(Read).OfType<Key>()];
            return keys.IsEmpty ? null : new JsonWebKeys(keys);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether one of the keys made the signature.</summary>
    /// <param name="algorithm"><c>alg</c> of the token.</param>
    /// <param name="keyId"><c>kid</c> of the token; null: any key may have made it.</param>
    public bool Verify(string algorithm, string? keyId, ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        foreach (var key in _keys)
        {
            if (keyId is not null && key.Id is not null && key.Id != keyId) continue;
            if (key.Algorithm is not null && key.Algorithm != algorithm) continue;
            if (key.Verify(algorithm, content, signature)) return true;
        }

        return false;
    }

    private static Key? Read(JsonElement value)
    {
        try
        {
            if (value.ValueKind != JsonValueKind.Object || Text(value, "use") is "enc") return null;
            return Text(value, "kty") switch
            {
                "RSA" => new Key(Text(value, "kid"), Text(value, "alg"), RSA.Create(new RSAParameters { Modulus = Bytes(value, "n"), Exponent = Bytes(value, "e") }), null),
                "EC" => new Key(Text(value, "kid"), Text(value, "alg"), null, ECDsa.Create(new ECParameters
                {
                    Curve = CurveOf(Text(value, "crv")),
                    Q = new ECPoint { X = Bytes(value, "x"), Y = Bytes(value, "y") },
                })),
                _ => null,
            };
        }
        catch (Exception error) when (error is CryptographicException or FormatException)
        {
            return null;
        }
    }

    private static ECCurve CurveOf(string? name) => name switch
    {
        "P-256" => ECCurve.NamedCurves.nistP256,
        "P-384" => ECCurve.NamedCurves.nistP384,
        "P-521" => ECCurve.NamedCurves.nistP521,
        _ => throw new FormatException($"curve {name} is not known"),
    };

    private static string? Text(JsonElement value, string name) =>
        value.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.String ? found.GetString() : null;

    private static byte[] Bytes(JsonElement value, string name) =>
        Base64Url.DecodeFromChars(Text(value, name) ?? throw new FormatException($"{name} is missing"));

    private sealed class Key(string? id, string? algorithm, RSA? rsa, ECDsa? ecdsa)
    {
        private readonly Lock _lock = new();

        public string? Id => id;

        public string? Algorithm => algorithm;

        public bool Verify(string used, ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
        {
            // The algorithm must be one of the key's kind: a token may not choose how it is judged.
            var hash = used switch
            {
                "RS256" or "PS256" or "ES256" => HashAlgorithmName.SHA256,
                "RS384" or "PS384" or "ES384" => HashAlgorithmName.SHA384,
                "RS512" or "PS512" or "ES512" => HashAlgorithmName.SHA512,
                _ => default,
            };
            if (hash == default) return false;
            lock (_lock)
            {
                if (used.StartsWith("ES", StringComparison.Ordinal)) return ecdsa is not null && FitsCurve(used) && ecdsa.VerifyData(content, signature, hash);
                var padding = used.StartsWith("PS", StringComparison.Ordinal) ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
                return rsa is not null && rsa.VerifyData(content, signature, hash, padding);
            }
        }

        private bool FitsCurve(string used) => (used, ecdsa!.KeySize) is ("ES256", 256) or ("ES384", 384) or ("ES512", 521);
    }
}
