using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Mesh.Istiod.Ca;

/// <summary>The CA server's own certificate: kept in memory, replaced at half its life. Thread-safe.</summary>
internal sealed class ServingCertificate(CertificateAuthority authority, IReadOnlyList<string> names, TimeProvider time)
{
    private static readonly TimeSpan Ttl = TimeSpan.FromDays(90);

    private readonly Lock gate = new();
    private SslStreamCertificateContext? current;
    private DateTimeOffset renewAt;

    public SslStreamCertificateContext Get()
    {
        lock (gate)
        {
            if (current is not null && time.GetUtcNow() < renewAt) return current;
            // Old ones are left to the garbage collector: handshakes may still hold them.
            current = SslStreamCertificateContext.Create(
                authority.IssueServing(names, Ttl), new X509Certificate2Collection(authority.Intermediates), offline: true);
            renewAt = time.GetUtcNow() + Ttl / 2;
            return current;
        }
    }
}
