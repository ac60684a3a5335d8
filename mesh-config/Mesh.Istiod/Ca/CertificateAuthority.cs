using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mesh.Hosting;

namespace Mesh.Istiod.Ca;

/// <summary>Signs workload certificates exactly as istiod's built-in CA does. Thread-safe.</summary>
/// <remarks>Source: istio security/pkg/pki/ca/ca.go and security/pkg/pki/util/generate_cert.go.</remarks>
public sealed class CertificateAuthority : IDisposable
{
    private const int CommonNameLimit = 64;

    private static readonly OidCollection LeafUsages = [new("1.3.6.1.5.5.7.3.1"), new("1.3.6.1.5.5.7.3.2")];

    private readonly X509Certificate2 signer;
    private readonly RSA? rsa;
    private readonly ECDsa? ecdsa;
    private readonly IReadOnlyList<string> upperChain;
    private readonly CaLimits limits;
    private readonly TimeProvider time;

    /// <param name="signer">CA certificate with its private key, RSA or ECDSA; disposed with this object.</param>
    /// <param name="intermediates">From <paramref name="signer"/> upwards without the root; empty for a self-signed CA.</param>
    /// <param name="roots">The trust bundle handed out with every certificate.</param>
    public CertificateAuthority(
        X509Certificate2 signer,
        X509Certificate2Collection intermediates,
        X509Certificate2Collection roots,
        CaLimits limits,
        TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(signer);
        ArgumentNullException.ThrowIfNull(intermediates);
        ArgumentNullException.ThrowIfNull(roots);
        this.signer = signer;
        this.limits = limits;
        this.time = time;
        rsa = signer.GetRSAPrivateKey();
        ecdsa = rsa is null ? signer.GetECDsaPrivateKey() : null;
        Invariant.Holds(rsa is not null || ecdsa is not null, $"signer {signer.Subject} has no RSA or ECDSA private key");
        Invariant.Holds(roots.Count > 0);
        Roots = roots;
        Intermediates = intermediates;
        RootsPem = string.Concat(roots.Select(root => root.ExportCertificatePem() + "\n"));
        upperChain = [.. intermediates.Select(certificate => certificate.ExportCertificatePem() + "\n"), RootsPem];
    }

    public X509Certificate2Collection Roots { get; }

    /// <summary>From the signing certificate upwards, without roots; empty for a self-signed CA.</summary>
    public X509Certificate2Collection Intermediates { get; }

    /// <summary>All roots, one after the other.</summary>
    public string RootsPem { get; }

    /// <summary>PEM blocks for a workload: leaf, then each intermediate, then one element with all roots.</summary>
    /// <param name="identities">Names of the caller as authenticated; the CSR's own are ignored.</param>
    /// <param name="ttlSeconds">0 or less asks for the default.</param>
    /// <exception cref="CaException">Bad CSR, too long a validity, or the signing certificate has expired.</exception>
    public IReadOnlyList<string> Issue(string csrPem, IReadOnlyList<string> identities, long ttlSeconds)
    {
        ArgumentNullException.ThrowIfNull(identities);
        Invariant.Holds(identities.Count > 0);
        var request = SigningRequest.Parse(csrPem);
        using var leaf = Sign(request, identities, Ttl(ttlSeconds));
        return [leaf.ExportCertificatePem() + "\n", .. upperChain];
    }

    /// <summary>A certificate with its key for this process's own server, as istiod makes one for port 15012.</summary>
    /// <param name="names">DNS names and addresses.</param>
    public X509Certificate2 IssueServing(IReadOnlyList<string> names, TimeSpan ttl)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new SigningRequest(new PublicKey(key), HasCommonName: false);
        using var leaf = Sign(request, names, ttl);
        return leaf.CopyWithPrivateKey(key);
    }

    public void Dispose()
    {
        rsa?.Dispose();
        ecdsa?.Dispose();
        signer.Dispose();
    }

    private TimeSpan Ttl(long seconds)
    {
        if (seconds <= 0) return limits.DefaultTtl;
        var most = (long)limits.MaxTtl.TotalSeconds;
        return seconds <= most
            ? TimeSpan.FromSeconds(seconds)
            : throw new CaException(
                $"requested TTL {GoDuration.Format(seconds)} is greater than the max allowed TTL {GoDuration.Format(most)}");
    }

    private X509Certificate2 Sign(SigningRequest request, IReadOnlyList<string> names, TimeSpan ttl)
    {
        var now = time.GetUtcNow();
        DateTimeOffset signerEnd = signer.NotAfter.ToUniversalTime();
        if (signerEnd <= now)
        {
            var end = signerEnd.ToString("u", CultureInfo.InvariantCulture);
            throw new CaException($"the signing certificate expired at {end}; give the CA a new one");
        }

        var notAfter = now + ttl < signerEnd ? now + ttl : signerEnd;
        var certificate = new CertificateRequest(Subject(request, names), request.PublicKey, HashAlgorithmName.SHA256);
        // The order is that of certificates made by Go's x509 package.
        certificate.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, critical: true));
        certificate.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(LeafUsages, critical: false));
        certificate.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        if (signer.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault() is { } identifier)
            certificate.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(identifier));
        certificate.CertificateExtensions.Add(CertificateNames.Build(names));
        return certificate.Create(signer.SubjectName, Generator(), now - limits.ClockSkew, notAfter, SerialNumber.Random());
    }

    private X509SignatureGenerator Generator() => rsa is not null
        ? X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1)
        : X509SignatureGenerator.CreateForECDsa(ecdsa!);

    private static X500DistinguishedName Subject(SigningRequest request, IReadOnlyList<string> names) =>
        request.HasCommonName && names[0].Length <= CommonNameLimit ? SubjectNames.CommonName(names[0]) : SubjectNames.Empty();
}
