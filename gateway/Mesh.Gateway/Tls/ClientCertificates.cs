using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mesh.Config.Model;
using Mesh.Hosting.Certificates;

namespace Mesh.Gateway.Tls;

/// <summary>Judges the certificates of clients by what a server's <c>tls</c> says.</summary>
/// <remarks>Source: Istio ServerTLSSettings; Envoy CertificateValidationContext.</remarks>
internal static class ClientCertificates
{
    /// <param name="revocations">Null: nothing is revoked.</param>
    public static bool Accepts(
        GatewayTls tls, RevocationLists? revocations, DateTimeOffset now, X509Certificate? presented, X509Chain? chain, SslPolicyErrors errors)
    {
        if (presented is null) return tls.Mode == GatewayTlsMode.OptionalMutual;
        return (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None
            && (revocations is null || (chain is not null && revocations.Accept(chain, now)))
            && NameFits(presented, tls)
            && PinFits(presented, tls);
    }

    /// <summary>subjectAltNames, where there are any: a URI, or a DNS name or address.</summary>
    public static bool NameFits(X509Certificate? presented, GatewayTls tls)
    {
        if (tls.SubjectAltNames.IsDefaultOrEmpty) return true;
        if (presented is not X509Certificate2 leaf) return false;
        var names = SubjectAlternativeNames.Of(leaf);
        return tls.SubjectAltNames.Any(wanted => names.Uris.Contains(wanted) || leaf.MatchesHostname(wanted, allowWildcards: false));
    }

    private static bool PinFits(X509Certificate presented, GatewayTls tls)
    {
        if (tls.VerifyCertificateSpki.IsEmpty && tls.VerifyCertificateHash.IsEmpty) return true;
        if (presented is not X509Certificate2 leaf) return false;
        var hash = Convert.ToHexString(SHA256.HashData(leaf.RawDataMemory.Span));
        var spki = Convert.ToBase64String(SHA256.HashData(leaf.PublicKey.ExportSubjectPublicKeyInfo()));
        return tls.VerifyCertificateSpki.Contains(spki)
            || tls.VerifyCertificateHash.Any(wanted => wanted.Replace(":", "", StringComparison.Ordinal).Equals(hash, StringComparison.OrdinalIgnoreCase));
    }
}
