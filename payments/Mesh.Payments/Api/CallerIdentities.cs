namespace Mesh.Payments.Api;

/// <summary>Finds out who calls, from what the workload's own proxy tells and from nothing else.</summary>
/// <param name="claims">Null when only certificates count.</param>
internal sealed class CallerIdentities(TrustedProxies proxies, ClaimsTrust? claims)
{
    /// <returns>
    /// The peer that the proxy verified, null when it is not known; and the caller's identity, which is the peer's or, where a
    /// trusted peer passed a verified token on, that of the token. Empty when nobody vouches for anybody.
    /// </returns>
    public (string? Peer, string Identity) Of(HttpContext context)
    {
        if (!proxies.Contains(context.Connection.RemoteIpAddress)) return (null, "");
        var peer = ClientCertificates.PeerUri(context.Request.Headers[ClientCertificates.Header]);
        if (claims is null || !claims.Trusts(peer)) return (peer, peer ?? "");
        var payload = context.Request.Headers[claims.Header];
        // A token that cannot be read does not give its bearer the rights of the edge that passed it on.
        return (peer, payload.Count == 0 ? peer ?? "" : JwtClaims.Identity(payload.ToString(), claims.Claim) ?? "");
    }
}
