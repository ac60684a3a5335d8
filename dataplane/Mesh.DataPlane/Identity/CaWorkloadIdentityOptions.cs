using System.Collections.Immutable;

namespace Mesh.DataPlane.Identity;

/// <summary>What identity to ask a CA for, and where to leave it besides memory.</summary>
public sealed record CaWorkloadIdentityOptions
{
    /// <summary>A certificate for anybody else is refused: the token was of another account.</summary>
    public required SpiffeId Id { get; init; }

    public WorkloadKeyKind KeyKind { get; init; } = WorkloadKeyKind.EcdsaP256;

    /// <summary>Existing folder for cert-chain.pem, key.pem and root-cert.pem (all 0600); null keeps the key in memory only.</summary>
    public string? OutputFolder { get; init; }

    /// <summary>Existing folder where key, certificate and roots survive a restart (0600, atomic); null: they do not.</summary>
    public string? StateFolder { get; init; }

    /// <summary>Files with a token or roots: after a failure a change of one of them is reason to try again at once.</summary>
    public ImmutableArray<string> RetryWhenChanged { get; init; } = [];

    public double GraceRatio { get; init; } = RenewalSchedule.DefaultRatio;

    public double GraceJitter { get; init; } = RenewalSchedule.DefaultJitter;
}
