using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mesh.LocalMesh;

/// <summary>
/// The certificate that outside clients see at the edge, from a small CA of its own: the mesh CA vouches for workloads,
/// never for public names.
/// </summary>
internal static class EdgeCertificate
{
    public const string RootFile = "root-cert.pem";
    public const string LeafFile = "tls.crt";
    public const string KeyFile = "tls.key";

    public static void Create(string folder, IEnumerable<string> dnsNames, IEnumerable<string> addresses)
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rootRequest = new CertificateRequest("CN=local mesh edge root", rootKey, HashAlgorithmName.SHA256);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        rootRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        rootRequest.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(rootRequest.PublicKey, false));
        var now = TimeProvider.System.GetUtcNow();
        using var root = rootRequest.CreateSelfSigned(now.AddMinutes(-5), now.AddDays(365));

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=edge", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in dnsNames) names.AddDnsName(name);
        foreach (var address in addresses) names.AddIpAddress(IPAddress.Parse(address));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        using var leaf = request.Create(root, now.AddMinutes(-5), now.AddDays(90), RandomNumberGenerator.GetBytes(16));

        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, RootFile), root.ExportCertificatePem() + "\n");
        File.WriteAllText(Path.Combine(folder, LeafFile), leaf.ExportCertificatePem() + "\n");
        var keyPath = Path.Combine(folder, KeyFile);
        using (var file = new FileStream(keyPath, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        using (var writer = new StreamWriter(file))
        {
            writer.WriteLine(key.ExportPkcs8PrivateKeyPem());
        }
    }
}
