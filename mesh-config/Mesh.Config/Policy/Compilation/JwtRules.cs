using System.Collections.Immutable;
using System.Text;
using Mesh.Config.Resources.Security;

namespace Mesh.Config.Policy.Compilation;

/// <summary>The rules of all RequestAuthentications that apply to a workload, by issuer.</summary>
/// <remarks>Source: istio pilot/pkg/security/authn/policy_applier.go; Envoy, jwt_authn filter; traffic-resources.md §V.</remarks>
internal sealed class JwtRules
{
    private readonly ImmutableArray<(JwtRule Rule, ImmutableArray<TokenLocation> Locations)> _rules;

    public JwtRules(IEnumerable<JwtRule> rules) =>
        _rules = [.. rules.OrderBy(rule => rule.Issuer, StringComparer.Ordinal).Select(rule => (rule, RequestTokens.LocationsOf(rule)))];

    public bool IsEmpty => _rules.IsEmpty;

    public ImmutableArray<string> Uris =>
        [.. _rules.Where(entry => entry.Rule.Jwks.Length == 0 && entry.Rule.JwksUri.Length > 0).Select(entry => entry.Rule.JwksUri).Distinct(StringComparer.Ordinal)];

    public ImmutableArray<string> OutputNames =>
    [
        .. _rules.SelectMany(entry => entry.Rule.OutputClaimToHeaders.Select(output => output.Header).Append(entry.Rule.OutputPayloadToHeader))
            .Where(name => name.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase),
    ];

    public AuthenticationResult Evaluate(PolicyRequest request, IJwtValidator validator)
    {
        if (_rules.IsEmpty || !request.IsHttp) return AuthenticationResult.Anonymous;
        // A browser sends no credentials with a preflight; the request that follows is checked.
        if (IsPreflight(request)) return AuthenticationResult.Anonymous with { Reason = "a CORS preflight needs no token" };

        var failure = JwtFailure.None;
        var worst = "";
        foreach (var (rule, locations) in _rules)
        {
            var found = 0;
            JwtClaims? claims = null;
            var failed = JwtFailure.None;
            foreach (var location in locations)
            {
                if (RequestTokens.Find(location, request) is not { } token) continue;
                found++;
                var validation = validator.Validate(token, rule);
                // One bad token beside a good one is refused: nobody knows which of them the application reads.
                if (validation.Claims is null) failed = validation.Failure == JwtFailure.None ? JwtFailure.Malformed : validation.Failure;
                claims ??= validation.Claims;
            }

            if (found == 0) continue;
            if (failed == JwtFailure.None) return Accept(rule, locations, claims!, request);
            // Another issuer's rule says nothing about this token; the issuer's own rule says what is wrong.
            if (failure is JwtFailure.None or JwtFailure.WrongIssuer) (failure, worst) = (failed, rule.Issuer);
        }

        return failure == JwtFailure.None ? WithoutToken() : Refuse(failure, worst);
    }

    private AuthenticationResult WithoutToken()
    {
        var required = _rules.FirstOrDefault(entry => entry.Rule.Presence == JwtPresence.Required).Rule;
        return required is null
            ? AuthenticationResult.Anonymous
            : new AuthenticationResult
            {
                Passed = false,
                StatusCode = 401,
                Reason = $"a token of issuer \"{required.Issuer}\" is required and the request carries none",
            };
    }

    private static AuthenticationResult Refuse(JwtFailure failure, string issuer) => new()
    {
        Passed = false,
        StatusCode = failure == JwtFailure.WrongAudience ? 403 : 401,
        Reason = failure switch
        {
            JwtFailure.Malformed => "the token is no JWT",
            JwtFailure.WrongIssuer => "the issuer of the token is not among the configured ones",
            JwtFailure.WrongAudience => $"no audience of the token is accepted from issuer \"{issuer}\"",
            JwtFailure.WrongTime => $"the token of issuer \"{issuer}\" is expired or not valid yet",
            JwtFailure.NoKeys => $"the keys of issuer \"{issuer}\" are not available",
            _ => $"no key of issuer \"{issuer}\" made the signature of the token",
        },
    };

    private static AuthenticationResult Accept(
        JwtRule rule, ImmutableArray<TokenLocation> locations, JwtClaims claims, PolicyRequest request) => new()
        {
            Passed = true,
            Reason = $"the token of issuer \"{claims.Issuer}\" is valid",
            Claims = claims,
            Remove = rule.ForwardOriginalToken ? [] : [.. locations.Where(location => RequestTokens.Find(location, request) is not null)],
            Headers = [.. OutputHeaders(rule, claims)],
        };

    private static IEnumerable<KeyValuePair<string, string>> OutputHeaders(JwtRule rule, JwtClaims claims)
    {
        if (rule.OutputPayloadToHeader.Length > 0)
            yield return new(rule.OutputPayloadToHeader, Base64Url(claims.ToString()));
        foreach (var output in rule.OutputClaimToHeaders)
            if (claims.Scalar(output.Claim) is { } text)
                yield return new(output.Header, text);
    }

    private static string Base64Url(string text) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static bool IsPreflight(PolicyRequest request) =>
        request.Method == "OPTIONS" && request.Header("origin") is { Length: > 0 }
                                    && request.Header("access-control-request-method") is { Length: > 0 };
}
