using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mesh.Hosting.Certificates;

namespace Mesh.DataPlane.Identity;

/// <summary>Makes a <see cref="WorkloadCertificate"/> from PEM text.</summary>
public static class WorkloadCertificates
{
    /// <param name="chainPem">Leaf first, then intermediates; roots among them do no harm.</param>
    /// <param name="keyPem">The leaf's private key: PKCS#8, PKCS#1 or SEC1.</param>
    /// <param name="rootsPem">One or more roots.</param>
    /// <exception cref="CryptographicException">
    /// Not PEM, the key does not fit the leaf, no root, or the leaf carries no Istio identity; the message says which.
    /// </exception>
    public static WorkloadCertificate FromPem(string chainPem, string keyPem, string rootsPem)
    {
        var chain = ReadAll(chainPem, "certificate chain");
        using var leaf = WithKey(chain[0], keyPem);
        var roots = ReadAll(rootsPem, "root certificates");
        var uris = SubjectAlternativeNames.Of(leaf).Uris;
        if (uris.Count != 1 || !SpiffeId.TryParse(uris[0], out var id))
            throw new CryptographicException($"the certificate carries no mesh identity (URI names: {string.Join(", ", uris)})");

        chain.RemoveAt(0);
        // A copy owned by the context: the platform's handshake keeps its own handles to it.
        var owned = new X509Certificate2(leaf);
        return new WorkloadCertificate
        {
            Id = id,
            Context = SslStreamCertificateContext.Create(owned, chain, offline: true),
            Roots = roots,
            NotBefore = leaf.NotBefore.ToUniversalTime(),
            NotAfter = leaf.NotAfter.ToUniversalTime(),
        };
    }

    private static X509Certificate2 WithKey(X509Certificate2 leaf, string keyPem)
    {
        try
        {
            return X509Certificate2.CreateFromPem(leaf.ExportCertificatePem(), keyPem);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new CryptographicException($"the private key does not fit the certificate: {exception.Message}", exception);
        }
    }

    private static X509Certificate2Collection ReadAll(string pem, string what)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(pem);
        }
        catch (CryptographicException exception)
        {
            throw new CryptographicException($"the {what} cannot be read: {exception.Message}", exception);
        }

        return certificates.Count > 0 ? certificates : throw new CryptographicException($"the {what} hold no PEM certificate");
    }
}
