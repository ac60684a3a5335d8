using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mesh.FakeKube.Security;

/// <summary>The cluster's CA: its serving certificate and those of clients.</summary>
internal sealed class ClusterCertificates : IDisposable
{
    private static readonly TimeSpan Life = TimeSpan.FromDays(365);

    private readonly X509Certificate2 authority;
    private readonly TimeProvider time;

    public ClusterCertificates(TimeProvider time)
    {
        this.time = time;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=fake-kube-ca", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        authority = request.CreateSelfSigned(Now - TimeSpan.FromHours(1), Now + (Life * 2));
    }

    public string CaPem => authority.ExportCertificatePem() + "\n";

    /// <summary>Clients' certificates end before the CA's and begin before now, whatever the cluster's clock says.</summary>
    private DateTimeOffset Now => time.GetUtcNow();

    public X509Certificate2 Serving(IEnumerable<string> names)
    {
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address)) alternatives.AddIpAddress(address);
            else alternatives.AddDnsName(name);
        }

        return Issue("CN=kube-apiserver", "1.3.6.1.5.5.7.3.1", alternatives);
    }

    /// <summary>A certificate that says who a client is.</summary>
    public X509Certificate2 Client(string user, IEnumerable<string> groups)
    {
        var builder = new X500DistinguishedNameBuilder();
        foreach (var group in groups) builder.AddOrganizationName(group);
        builder.AddCommonName(user);
        return Issue(builder.Build().Name, "1.3.6.1.5.5.7.3.2", null);
    }

    /// <summary>The user that a client's certificate names; null when it is none of this CA.</summary>
    public KubeUser? UserOf(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (!chain.Build(certificate)) return null;
        var groups = new List<string>();
        var name = "";
        foreach (var part in certificate.SubjectName.EnumerateRelativeDistinguishedNames())
        {
            if (part.GetSingleElementType().Value == "2.5.4.10") groups.Add(part.GetSingleElementValue() ?? "");
            if (part.GetSingleElementType().Value == "2.5.4.3") name = part.GetSingleElementValue() ?? "";
        }

        return KubeUser.Authenticated(name, groups);
    }

    public void Dispose() => authority.Dispose();

    private X509Certificate2 Issue(string subject, string usage, SubjectAlternativeNameBuilder? alternatives)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        if (alternatives is not null) request.CertificateExtensions.Add(alternatives.Build());
        using var leaf = request.Create(authority, Now - TimeSpan.FromMinutes(30), Now + Life, RandomNumberGenerator.GetBytes(12));
        return leaf.CopyWithPrivateKey(key);
    }
}
