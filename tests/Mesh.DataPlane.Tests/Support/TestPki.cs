using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mesh.DataPlane.Identity;

namespace Mesh.DataPlane.Tests.Support;

/// <summary>A root in memory that makes workload and server certificates.</summary>
public sealed class TestPki
{
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 root;

    public TestPki(string name = "test root")
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(10));
    }

    public string RootPem => root.ExportCertificatePem();

    /// <summary>What a client outside the mesh trusts.</summary>
    public X509ChainPolicy ChainPolicy()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(root);
        return policy;
    }

    public WorkloadCertificate Workload(string account, string @namespace = "prod", DateTimeOffset? notAfter = null)
    {
        var (chain, privateKey) = WorkloadPem(account, @namespace, notAfter);
        return WorkloadCertificates.FromPem(chain, privateKey, RootPem);
    }

    public (string Chain, string Key) WorkloadPem(string account, string @namespace = "prod", DateTimeOffset? notAfter = null)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri($"spiffe://cluster.local/ns/{@namespace}/sa/{account}"));
        return Issue("", names, notAfter);
    }

    public (string Chain, string Key) ServerPem(params string[] hosts)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts) names.AddDnsName(host);
        return Issue($"CN={hosts[0]}", names, null);
    }

    /// <summary>A list that revokes some of its certificates.</summary>
    public string RevocationsPem(params string[] certificates)
    {
        var builder = new CertificateRevocationListBuilder();
        foreach (var pem in certificates)
        {
            using var certificate = X509Certificate2.CreateFromPem(pem);
            builder.AddEntry(certificate, DateTimeOffset.UtcNow.AddHours(-1));
        }

        var list = builder.Build(root, 1, DateTimeOffset.UtcNow.AddDays(1), HashAlgorithmName.SHA256, thisUpdate: DateTimeOffset.UtcNow.AddHours(-1));
        return PemEncoding.WriteString("X509 CRL", list);
    }

    private (string Chain, string Key) Issue(string subject, SubjectAlternativeNameBuilder names, DateTimeOffset? notAfter)
    {
        using var leafKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, leafKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build(critical: subject.Length == 0));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.1"), new("1.3.6.1.5.5.7.3.2")], false));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        using var leaf = request.Create(
            root, DateTimeOffset.UtcNow.AddDays(-1), notAfter ?? DateTimeOffset.UtcNow.AddDays(1), RandomNumberGenerator.GetBytes(16));
        return (leaf.ExportCertificatePem(), leafKey.ExportPkcs8PrivateKeyPem());
    }
}
