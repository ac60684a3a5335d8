using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.FakeKube.Api;
using Mesh.FakeKube.Kinds;
using Mesh.FakeKube.Objects;

namespace Mesh.FakeKube.Security;

/// <summary>Signs and checks the tokens of service accounts (ES256).</summary>
internal sealed class ServiceAccountTokens(ClusterState cluster) : IDisposable
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan DefaultLife = TimeSpan.FromHours(1);

    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public JsonObject KeySet
    {
        get
        {
            var point = key.ExportParameters(includePrivateParameters: false).Q;
            return new JsonObject
            {
                ["keys"] = new JsonArray(new JsonObject
                {
                    ["kty"] = "EC",
                    ["use"] = "sig",
                    ["alg"] = "ES256",
                    ["kid"] = KeyId,
                    ["crv"] = "P-256",
                    ["x"] = Base64Url.EncodeToString(point.X),
                    ["y"] = Base64Url.EncodeToString(point.Y),
                }),
            };
        }
    }

    public JsonObject Discovery => new()
    {
        ["issuer"] = cluster.Options.Issuer,
        ["jwks_uri"] = cluster.Options.Issuer + "/openid/v1/jwks",
        ["response_types_supported"] = new JsonArray("id_token"),
        ["subject_types_supported"] = new JsonArray("public"),
        ["id_token_signing_alg_values_supported"] = new JsonArray("ES256"),
    };

    private string KeyId => Base64Url.EncodeToString(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));

    /// <summary>Answers a TokenRequest.</summary>
    /// <param name="request">Its <c>spec</c> is honoured: audiences, expirationSeconds (600 at least), boundObjectRef.</param>
    /// <exception cref="StatusException">The account is not there, or the life is too short.</exception>
    public JsonObject Answer(string space, string account, JsonObject request)
    {
        var found = cluster.Store.Get(BuiltInKinds.ServiceAccount, space, account)
            ?? throw StatusException.NotFound(BuiltInKinds.ServiceAccount, account);
        var life = Json.Number(request, "spec", "expirationSeconds") is { } seconds ? TimeSpan.FromSeconds(seconds) : DefaultLife;
        if (life < Shortest)
        {
            throw new StatusException(
                422, "Invalid", $"TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid value: {life.TotalSeconds}: may not specify a duration less than 10 minutes");
        }

        var audiences = Json.Texts(request, "spec", "audiences").ToList();
        if (audiences.Count == 0) audiences.Add(cluster.Options.Issuer);
        var now = cluster.Time.GetUtcNow();
        var accountId = Json.Text(found.Parse(), "metadata", "uid") ?? "";
        var bound = new JsonObject
        {
            ["namespace"] = space,
            ["serviceaccount"] = new JsonObject { ["name"] = account, ["uid"] = accountId },
        };
        if (Json.At(request, "spec", "boundObjectRef") is JsonObject reference)
        {
            bound[(Json.Text(reference, "kind") ?? "").ToLowerInvariant()] = new JsonObject
            {
                ["name"] = Json.Text(reference, "name"),
                ["uid"] = Json.Text(reference, "uid"),
            };
        }

        var spec = new JsonObject
        {
            ["audiences"] = Json.Array(audiences),
            ["expirationSeconds"] = (long)life.TotalSeconds,
            ["boundObjectRef"] = Json.Copy(Json.At(request, "spec", "boundObjectRef")),
        };
        return new JsonObject
        {
            ["kind"] = "TokenRequest",
            ["apiVersion"] = "authentication.k8s.io/v1",
            ["metadata"] = new JsonObject { ["name"] = account, ["namespace"] = space, ["creationTimestamp"] = Metadata.Time(now) },
            ["spec"] = spec,
            ["status"] = new JsonObject
            {
                ["token"] = Sign(new JsonObject
                {
                    ["aud"] = Json.Array(audiences),
                    ["exp"] = (now + life).ToUnixTimeSeconds(),
                    ["iat"] = now.ToUnixTimeSeconds(),
                    ["nbf"] = now.ToUnixTimeSeconds(),
                    ["iss"] = cluster.Options.Issuer,
                    ["jti"] = Guid.NewGuid().ToString(),
                    ["sub"] = $"system:serviceaccount:{space}:{account}",
                    ["kubernetes.io"] = bound,
                }),
                ["expirationTimestamp"] = Metadata.Time(now + life),
            },
        };
    }

    /// <summary>The account a token is for; null when it is none of ours, has run out, is for others, or the account is gone.</summary>
    public KubeUser? UserOf(string token, string? audience = null)
    {
        var parts = token.Split('.');
        if (parts.Length != 3 || !TryDecode(parts[1], out var payload) || !TryDecode(parts[2], out var signature)) return null;
        if (!key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), signature, HashAlgorithmName.SHA256)) return null;
        var claims = JsonNode.Parse(payload);
        if (Json.Number(claims, "exp") is not { } end || end <= cluster.Time.GetUtcNow().ToUnixTimeSeconds()) return null;
        if (!Json.Texts(claims, "aud").Contains(audience ?? cluster.Options.Issuer)) return null;
        var space = Json.Text(claims, "kubernetes.io", "namespace") ?? "";
        var account = Json.Text(claims, "kubernetes.io", "serviceaccount", "name") ?? "";
        var found = cluster.Store.Get(BuiltInKinds.ServiceAccount, space, account);
        return found is not null && Json.Text(found.Parse(), "metadata", "uid") == Json.Text(claims, "kubernetes.io", "serviceaccount", "uid")
            ? KubeUser.ServiceAccount(space, account)
            : null;
    }

    public void Dispose() => key.Dispose();

    private static bool TryDecode(string text, out byte[] bytes)
    {
        try
        {
            bytes = Base64Url.DecodeFromChars(text);
            return true;
        }
        catch (FormatException)
        {
            bytes = [];
            return false;
        }
    }

    private string Sign(JsonObject claims)
    {
        var header = new JsonObject { ["alg"] = "ES256", ["kid"] = KeyId };
        var signed = $"{Encode(header)}.{Encode(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";

        static string Encode(JsonNode node) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(node));
    }
}
