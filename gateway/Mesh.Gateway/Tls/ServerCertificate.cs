using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mesh.Gateway.Tls;

/// <summary>A server certificate as a handshake needs it, with the client roots of mutual TLS if there are any.</summary>
internal sealed record ServerCertificate(
    SslStreamCertificateContext Context, X509Certificate2Collection? ClientRoots, RevocationLists? Revocations)
{
    /// <exception cref="CryptographicException">Not PEM, or the key does not fit.</exception>
    public static ServerCertificate FromPem(CertificateTexts texts)
    {
        var (chainPem, keyPem, clientRootsPem, revocationsPem) = texts;
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(chainPem);
        if (chain.Count == 0) throw new CryptographicException("there is no PEM certificate in the certificate file");
        X509Certificate2 leaf;
        try
        {
            using var withKey = X509Certificate2.CreateFromPem(chain[0].ExportCertificatePem(), keyPem);
            leaf = new X509Certificate2(withKey);
        }
        catch (ArgumentException error)
        {
            throw new CryptographicException($"the private key does not fit the certificate: {error.Message}", error);
        }

        chain.RemoveAt(0);
        X509Certificate2Collection? roots = null;
        if (clientRootsPem is not null)
        {
            roots = [];
            roots.ImportFromPem(clientRootsPem);
            if (roots.Count == 0) throw new CryptographicException("there is no PEM certificate among the roots of client certificates");
        }

        var revocations = revocationsPem is null ? null : RevocationLists.FromPem(revocationsPem);
        return new ServerCertificate(SslStreamCertificateContext.Create(leaf, chain, offline: true), roots, revocations);
    }
}
