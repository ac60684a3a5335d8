using System.Buffers.Text;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Mesh.Istiod.Ca;

/// <summary>What a Kubernetes service account's token says of itself; nothing of it is verified.</summary>
/// <param name="Audiences">Who it is for; istiod wants <see cref="Audience"/>.</param>
/// <param name="Expires">Null when it says none.</param>
/// <param name="Subject"><c>system:serviceaccount:NAMESPACE:NAME</c>.</param>
public sealed record ServiceAccountToken(ImmutableArray<string> Audiences, DateTimeOffset? Expires, string Subject)
{
    public const string Audience = "istio-ca";

    /// <summary>Null for what is no JWT, as the tokens of a local CA are.</summary>
    public static ServiceAccountToken? Read(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        if (token.Trim().Split('.') is not [_, var payload, _]) return null;
        try
        {
            using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(payload));
            var claims = document.RootElement;
            if (claims.ValueKind != JsonValueKind.Object) return null;
            return new ServiceAccountToken(
                claims.TryGetProperty("aud", out var audience) ? TextsOf(audience) : [],
                claims.TryGetProperty("exp", out var expires) && expires.TryGetInt64(out var seconds) && seconds is > 0 and < 253402300800
                    ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null,
                claims.TryGetProperty("sub", out var subject) ? subject.GetString() ?? "" : "");
        }
        catch (Exception exception) when (exception is FormatException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>What will make a CA refuse it, with the remedy; null when nothing is seen.</summary>
    /// <param name="account"><c>NAMESPACE/NAME</c> that it should be of; null when any will do.</param>
    public string? Problem(DateTimeOffset now, string? account = null)
    {
        if (Expires <= now) return string.Create(CultureInfo.InvariantCulture, $"the token expired at {Expires:u}; {Remedy(account)}");
        if (!Audiences.Contains(Audience)) return $"the token is for {(Audiences.IsEmpty ? "nobody" : string.Join(", ", Audiences))}, not for {Audience}; {Remedy(account)}";
        return account is not null && Subject != $"system:serviceaccount:{account.Replace('/', ':')}"
            ? $"the token is of {Subject}, not of {account}; {Remedy(account)}" : null;
    }

    private static string Remedy(string? account) => account?.Split('/') is [var ns, var name]
        ? $"make a new one: kubectl create token {name} -n {ns} --audience {Audience}"
        : $"make a new one: kubectl create token NAME -n NAMESPACE --audience {Audience}";

    private static ImmutableArray<string> TextsOf(JsonElement value) => value.ValueKind == JsonValueKind.Array
        ? [.. value.EnumerateArray().Select(item => item.GetString() ?? "")]
        : [value.GetString() ?? ""];
}
