using System.Collections.Immutable;
using System.Text.Json;
using Mesh.Config.Resources.Security;

namespace Mesh.Config.Resources.Validation;

/// <summary>Rules of a RequestAuthentication.</summary>
/// <remarks>Source: istio pkg/config/validation/validation.go, ValidateRequestAuthentication; exclusive keys as in the CRD.</remarks>
internal static class RequestAuthenticationRules
{
    public static void Check(RequestAuthenticationSpec value, RuleScope at)
    {
        PolicyRules.Targets(value.Selector, value.TargetRef, value.TargetRefs, at);
        for (var i = 0; i < value.JwtRules.Length; i++) CheckRule(value.JwtRules[i], at["jwtRules"][i]);
    }

    private static void CheckRule(JwtRule rule, RuleScope at)
    {
        if (rule is { Issuer: "", JwksUri: "" }) at.Missing("issuer or jwksUri", "it must be known whose tokens these are");
        NotEmpty(rule.Audiences, "audience", at["audiences"]);
        NotEmpty(rule.FromParams, "parameter name", at["fromParams"]);
        NotEmpty(rule.FromCookies, "cookie name", at["fromCookies"]);
        for (var i = 0; i < rule.FromHeaders.Length; i++)
            if (rule.FromHeaders[i].Name.Length == 0)
                at["fromHeaders"][i]["name"].Error("the header name is empty");
        for (var i = 0; i < rule.OutputClaimToHeaders.Length; i++) CheckClaim(rule.OutputClaimToHeaders[i], at["outputClaimToHeaders"][i]);
        if (rule.JwksUri.Length > 0)
        {
            if (!Uri.TryCreate(rule.JwksUri, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
                at["jwksUri"].Error($"\"{rule.JwksUri}\" is not an http or https address");
            if (rule.Jwks.Length > 0) at["jwks"].Error("excludes jwksUri; keep one");
        }

        if (rule.Jwks.Length > 0) CheckKeys(rule.Jwks, at["jwks"]);
    }

    private static void NotEmpty(ImmutableArray<string> values, string what, RuleScope at)
    {
        for (var i = 0; i < values.Length; i++)
            if (values[i].Length == 0)
                at[i].Error($"the {what} is empty; name it or remove it");
    }

    private static void CheckClaim(ClaimToHeader value, RuleScope at)
    {
        if (value.Claim.Length == 0) at["claim"].Error("the claim is empty");
        if (value.Header.Length == 0 || value.Header.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')))
            at["header"].Error($"\"{value.Header}\" is not a header name of letters, digits, - and _");
    }

    private static void CheckKeys(string text, RuleScope at)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("keys", out var keys) || keys.ValueKind != JsonValueKind.Array)
                at.Error("is not a JSON Web Key Set: an object with a list \"keys\" is needed");
            else if (keys.EnumerateArray().Any(key => key.ValueKind == JsonValueKind.Object && key.TryGetProperty("d", out _)))
                at.Warning("contains a private key, which anybody who reads this policy can use; keep the public part only");
        }
        catch (JsonException)
        {
            at.Error("is not JSON; paste the JSON Web Key Set of the issuer");
        }
    }
}
