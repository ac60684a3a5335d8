using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Mesh.DataPlane.Identity;

/// <summary>A workload certificate with everything a handshake needs.</summary>
public sealed class WorkloadCertificate
{
    public required SpiffeId Id { get; init; }

    /// <summary>Leaf with private key and intermediates, built offline.</summary>
    public required SslStreamCertificateContext Context { get; init; }

    /// <summary>Trust bundle: one or more roots.</summary>
    public required X509Certificate2Collection Roots { get; init; }

    public required DateTimeOffset NotBefore { get; init; }
    public required DateTimeOffset NotAfter { get; init; }
}
