using System.Collections.Immutable;

namespace Mesh.Config.Policy;

/// <summary>What RequestAuthentications say to one request.</summary>
public sealed record AuthenticationResult
{
    internal static AuthenticationResult Anonymous { get; } = new() { Passed = true, Reason = "the request carries no token" };

    /// <summary>False is answered with <see cref="StatusCode"/>.</summary>
    public required bool Passed { get; init; }

    /// <summary>200, 401, or 403 for a token that is meant for somebody else.</summary>
    public int StatusCode { get; init; } = 200;

    /// <summary>Why, in one sentence; never holds the token.</summary>
    public required string Reason { get; init; }

    /// <summary>For <see cref="PolicyRequest.Claims"/>; null for a request without token.</summary>
    public JwtClaims? Claims { get; init; }

    /// <summary>Where to take tokens out before the request goes on: <c>forwardOriginalToken</c> is off.</summary>
    public ImmutableArray<TokenLocation> Remove { get; init; } = [];

    /// <summary>Headers to set on the request: <c>outputPayloadToHeader</c> and <c>outputClaimToHeaders</c>.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = [];
}
