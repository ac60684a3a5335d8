using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Security;

/// <summary>Tokens of one issuer.</summary>
public sealed record JwtRule
{
    public string Issuer { get; init; } = "";

    /// <summary>Any one of these; empty accepts all.</summary>
    public ImmutableArray<string> Audiences { get; init; } = [];

    public string JwksUri { get; init; } = "";

    /// <summary>The keys themselves, as JSON.</summary>
    public string Jwks { get; init; } = "";

    public ImmutableArray<JwtHeader> FromHeaders { get; init; } = [];
    public ImmutableArray<string> FromParams { get; init; } = [];
    public ImmutableArray<string> FromCookies { get; init; } = [];
    public string OutputPayloadToHeader { get; init; } = "";
    public bool ForwardOriginalToken { get; init; }
    public ImmutableArray<ClaimToHeader> OutputClaimToHeaders { get; init; } = [];

    /// <summary>For fetching the keys; 5 s when absent.</summary>
    public TimeSpan? Timeout { get; init; }

    public ImmutableArray<string> SpaceDelimitedClaims { get; init; } = [];
    public JwtPresence Presence { get; init; }

    internal static Schema<JwtRule> Schema { get; } =
        new Schema<JwtRule>("JWTRule", () => new JwtRule())
            .Field("issuer", Codecs.Text, x => x.Issuer, (x, v) => x with { Issuer = v })
            .Field("audiences", Codecs.List(Codecs.Text), x => x.Audiences, (x, v) => x with { Audiences = v })
            .Field("jwksUri", Codecs.Text, x => x.JwksUri, (x, v) => x with { JwksUri = v })
            .Field("jwks", Codecs.Text, x => x.Jwks, (x, v) => x with { Jwks = v })
            .Field("fromHeaders", Codecs.List(JwtHeader.Schema),
                x => x.FromHeaders, (x, v) => x with { FromHeaders = v })
            .Field("fromParams", Codecs.List(Codecs.Text), x => x.FromParams, (x, v) => x with { FromParams = v })
            .Field("fromCookies", Codecs.List(Codecs.Text), x => x.FromCookies, (x, v) => x with { FromCookies = v })
            .Field("outputPayloadToHeader", Codecs.Text,
                x => x.OutputPayloadToHeader, (x, v) => x with { OutputPayloadToHeader = v })
            .Field("forwardOriginalToken", Codecs.Bool,
                x => x.ForwardOriginalToken, (x, v) => x with { ForwardOriginalToken = v })
            .Field("outputClaimToHeaders", Codecs.List(ClaimToHeader.Schema),
                x => x.OutputClaimToHeaders, (x, v) => x with { OutputClaimToHeaders = v })
            .Field("timeout", Codecs.Duration, x => x.Timeout, (x, v) => x with { Timeout = v })
            .Field("spaceDelimitedClaims", Codecs.List(Codecs.Text),
                x => x.SpaceDelimitedClaims, (x, v) => x with { SpaceDelimitedClaims = v })
            .Field("presence", Codecs.Enum<JwtPresence>(), x => x.Presence, (x, v) => x with { Presence = v })
            .AcceptSnakeCase();
}
