using System.Collections.Immutable;
using Mesh.Gateway.Tls;

namespace Mesh.Gateway.Admin;

/// <summary>What <c>/snapshot</c> shows.</summary>
internal sealed record StatusSnapshot
{
    public required string Name { get; init; }
    public required string? Identity { get; init; }
    public required DateTimeOffset? CertificateExpires { get; init; }
    public required long Version { get; init; }
    public required IReadOnlyList<string> NotReady { get; init; }

    /// <summary>Of the servers that terminate TLS.</summary>
    public required ImmutableArray<CertificateStatus> Certificates { get; init; }

    public required ImmutableArray<RoleStatus> Roles { get; init; }
    public required ImmutableArray<string> Diagnostics { get; init; }
}
