using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mesh.Istiod.Ca;

/// <summary>What a CA takes from a CSR: the key, and whether a common name was asked for. Names in it are ignored.</summary>
/// <param name="HasCommonName">The issued certificate then gets one as well, but not the one asked for.</param>
public sealed record SigningRequest(PublicKey PublicKey, bool HasCommonName)
{
    private const string CommonNameOid = "2.5.4.3";

    /// <summary>Parses PEM and checks that the request is signed with the key it holds.</summary>
    /// <exception cref="CaException">With istiod's text for each way in which it can be bad.</exception>
    public static SigningRequest Parse(string pem)
    {
        ArgumentNullException.ThrowIfNull(pem);
        if (!PemEncoding.TryFind(pem, out var fields))
            throw new CaException("certificate signing request is not properly encoded");
        byte[] der;
        try
        {
            der = Convert.FromBase64String(pem[fields.Base64Data]);
            RequireShape(der);
        }
        catch (Exception exception) when (exception is FormatException or AsnContentException)
        {
            throw new CaException("failed to parse X.509 certificate signing request", exception);
        }

        var request = Load(der, CertificateRequestLoadOptions.SkipSignatureValidation, "failed to parse X.509 certificate signing request");
        _ = Load(der, CertificateRequestLoadOptions.Default, $"x509: {SignatureFailure(request.PublicKey)}");
        var hasCommonName = request.SubjectName.EnumerateRelativeDistinguishedNames()
            .Any(name => !name.HasMultipleElements && name.GetSingleElementType().Value == CommonNameOid
                && !string.IsNullOrEmpty(name.GetSingleElementValue()));
        return new SigningRequest(request.PublicKey, hasCommonName);
    }

    private static void RequireShape(byte[] der)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        outer.ReadSequence().ReadSequence();
        outer.ThrowIfNotEmpty();
    }

    private static CertificateRequest Load(byte[] der, CertificateRequestLoadOptions options, string failure)
    {
        try
        {
            return CertificateRequest.LoadSigningRequest(der, HashAlgorithmName.SHA256, out _, options);
        }
        catch (NotSupportedException exception)
        {
            // Ed25519: the framework cannot check its signature, and an unchecked key is not signed.
            throw new CaException("key type of the certificate signing request is not supported here; use RSA or ECDSA P-256/P-384", exception);
        }
        catch (CryptographicException exception)
        {
            throw new CaException(failure, exception);
        }
    }

    private static string SignatureFailure(PublicKey key) => key.Oid.Value switch
    {
        "1.2.840.10045.2.1" => "ECDSA verification failure",
        "1.2.840.113549.1.1.1" => "RSA verification failure",
        _ => "signature of the certificate signing request cannot be verified; use RSA or ECDSA P-256/P-384",
    };
}
