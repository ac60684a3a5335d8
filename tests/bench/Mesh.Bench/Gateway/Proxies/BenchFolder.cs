using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mesh.Bench.Gateway.Proxies;

/// <summary>A temporary folder with the certificates that all sides use: ECDSA P-256, signed by a root of the bench's own.</summary>
internal sealed class BenchFolder : IDisposable
{
    public const string SmallHost = "small.bench.svc.cluster.local";
    /// <summary>Called through mesh mTLS only.</summary>
    public const string SealedHost = "sealed.bench.svc.cluster.local";

    public const string BulkHost = "bulk.bench.svc.cluster.local";
    public const int ServicePort = 8080;

    public BenchFolder()
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=bench root", rootKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var (from, to) = (DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var root = request.CreateSelfSigned(from, to);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var leaf = new CertificateRequest("CN=bench", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddUri(new Uri("spiffe://cluster.local/ns/istio-system/sa/bench"));
        leaf.CertificateExtensions.Add(names.Build());
        leaf.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        leaf.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, true, false));
        using var certificate = leaf.Create(root, from, to, [1, 2, 3, 4, 5, 6, 7, 8]);

        var (chainText, keyText) = (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
        Write(Certificate, chainText);
        Write(Key, keyText);
        Write(Path.Combine(Root, "both.pem"), $"{chainText}\n{keyText}\n");
        Directory.CreateDirectory(Identity);
        Write(Path.Combine(Identity, "cert-chain.pem"), chainText);
        Write(Path.Combine(Identity, "key.pem"), keyText);
        Write(Path.Combine(Identity, "root-cert.pem"), root.ExportCertificatePem());
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("mesh-bench-gateway-").FullName;

    public string Certificate => Path.Combine(Root, "tls.crt");

    public string Key => Path.Combine(Root, "tls.key");

    /// <summary>Chain and key in one, as HAProxy wants them.</summary>
    public string CertificateAndKey => Path.Combine(Root, "both.pem");

    /// <summary>Of the gateway as a workload.</summary>
    public string Identity => Path.Combine(Root, "identity");

    /// <summary>SNI by which a service is reached through an east-west gateway.</summary>
    public static string Sni(string host) => $"outbound_.{ServicePort}_._.{host}";

    /// <returns>Its path.</returns>
    public string Write(string name, string text)
    {
        var path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
