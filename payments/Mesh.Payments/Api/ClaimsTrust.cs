namespace Mesh.Payments.Api;

/// <summary>When a claim of a verified JWT, and not the peer's certificate, says who calls.</summary>
internal sealed record ClaimsTrust
{
    /// <summary>Stands for every peer: the workload's own proxy verifies tokens itself.</summary>
    public const string AnyPeer = "*";

    /// <summary>The header with the token's payload in base64url, as Istio's <c>outputPayloadToHeader</c> makes it.</summary>
    public required string Header { get; init; }

    /// <summary>E.g. <c>sub</c>.</summary>
    public required string Claim { get; init; }

    /// <summary>SPIFFE IDs of the peers that verify tokens before they pass a request on: the edge.</summary>
    public required IReadOnlyList<string> Peers { get; init; }

    public bool Trusts(string? peer) => Peers.Contains(AnyPeer) || (peer is not null && Peers.Contains(peer));
}
