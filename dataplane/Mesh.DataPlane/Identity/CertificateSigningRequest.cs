using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mesh.DataPlane.Identity;

/// <summary>A new private key and a CSR for it, in the shape of Istio's agent: empty subject, the SPIFFE id as critical SAN.</summary>
/// <remarks>Source: istio security/pkg/pki/util/generate_csr.go.</remarks>
public sealed record CertificateSigningRequest(string Pem, string KeyPem)
{
    public static CertificateSigningRequest Create(SpiffeId id, WorkloadKeyKind kind)
    {
        ArgumentNullException.ThrowIfNull(id);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(id.ToString()));
        var subject = new X500DistinguishedNameBuilder().Build();
        if (kind is WorkloadKeyKind.EcdsaP256 or WorkloadKeyKind.EcdsaP384)
        {
            var is256 = kind == WorkloadKeyKind.EcdsaP256;
            using var ecdsa = ECDsa.Create(is256 ? ECCurve.NamedCurves.nistP256 : ECCurve.NamedCurves.nistP384);
            var hash = is256 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA384;
            return Finish(new CertificateRequest(subject, ecdsa, hash), names, ecdsa.ExportPkcs8PrivateKeyPem());
        }

        using var rsa = RSA.Create(kind switch { WorkloadKeyKind.Rsa2048 => 2048, WorkloadKeyKind.Rsa3072 => 3072, _ => 4096 });
        var request = new CertificateRequest(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return Finish(request, names, rsa.ExportPkcs8PrivateKeyPem());
    }

    private static CertificateSigningRequest Finish(CertificateRequest request, SubjectAlternativeNameBuilder names, string keyPem)
    {
        request.CertificateExtensions.Add(names.Build(critical: true));
        return new CertificateSigningRequest(request.CreateSigningRequestPem() + "\n", keyPem + "\n");
    }
}
