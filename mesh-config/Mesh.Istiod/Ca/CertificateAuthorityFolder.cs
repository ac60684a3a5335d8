using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mesh.Hosting;

namespace Mesh.Istiod.Ca;

/// <summary>
/// A CA kept in a folder with the file names of Istio's <c>cacerts</c> Secret: ca-cert.pem, ca-key.pem, root-cert.pem, and
/// cert-chain.pem when the signing certificate is not itself the root. An empty folder gets a new self-signed CA.
/// </summary>
/// <remarks>Source: istio security/pkg/pki/ca/ca.go, pilot/pkg/bootstrap/istio_ca.go.</remarks>
public static class CertificateAuthorityFolder
{
    public const string CertificateFile = "ca-cert.pem";
    public const string KeyFile = "ca-key.pem";
    public const string RootFile = "root-cert.pem";
    public const string ChainFile = "cert-chain.pem";

    private static readonly string[] Needed = [CertificateFile, KeyFile, RootFile];

    /// <exception cref="StartupException">
    /// A partial set, an unreadable or unusable file, a key that does not fit, or an expired certificate: which and what to do.
    /// </exception>
    public static async Task<CertificateAuthority> LoadOrCreateAsync(
        string folder, string trustDomain, CaLimits limits, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(time);
        try
        {
            Directory.CreateDirectory(folder);
            var missing = Needed.Where(file => !File.Exists(Path.Combine(folder, file))).ToArray();
            if (missing.Length == Needed.Length) await CreateAsync(folder, trustDomain, limits, time, cancellationToken).ConfigureAwait(false);
            else if (missing.Length > 0)
                throw new StartupException($"the CA folder {folder} is incomplete: {string.Join(", ", missing)} missing; "
                    + "put the missing files back, or empty the folder for a new CA (every workload then needs the new root)");
            return await LoadAsync(folder, limits, time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartupException(
                $"cannot use the CA folder {folder}: {exception.Message} Give this process read and write access to it, or choose another with --dir",
                ExitCodes.UnreadableInput, exception);
        }
    }

    private static async Task CreateAsync(
        string folder, string trustDomain, CaLimits limits, TimeProvider time, CancellationToken cancellationToken)
    {
        using var key = RSA.Create(2048);
        var subject = SubjectNames.Organization(trustDomain);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = time.GetUtcNow();
        var signature = X509SignatureGenerator.CreateForRSA(key, RSASignaturePadding.Pkcs1);
        using var root = request.Create(subject, signature, now - limits.ClockSkew, now + limits.RootTtl, SerialNumber.Random());

        var pem = root.ExportCertificatePem() + "\n";
        // The key first: a crash in between leaves a partial set, which is refused, and never certificates without key.
        await AtomicFile.WriteAsync(Path.Combine(folder, KeyFile), key.ExportPkcs8PrivateKeyPem() + "\n", AtomicFile.Secret, cancellationToken).ConfigureAwait(false);
        await AtomicFile.WriteAsync(Path.Combine(folder, CertificateFile), pem, mode: null, cancellationToken).ConfigureAwait(false);
        await AtomicFile.WriteAsync(Path.Combine(folder, RootFile), pem, mode: null, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<CertificateAuthority> LoadAsync(
        string folder, CaLimits limits, TimeProvider time, CancellationToken cancellationToken)
    {
        var keyPem = await File.ReadAllTextAsync(Path.Combine(folder, KeyFile), cancellationToken).ConfigureAwait(false);
        var signer = await ReadSignerAsync(folder, keyPem, cancellationToken).ConfigureAwait(false);
        var roots = await ReadAsync(folder, RootFile, cancellationToken).ConfigureAwait(false);
        var chainPath = Path.Combine(folder, ChainFile);
        var chain = File.Exists(chainPath) ? await ReadAsync(folder, ChainFile, cancellationToken).ConfigureAwait(false) : [];

        var rootPrints = roots.Select(root => root.Thumbprint).ToHashSet();
        if (!rootPrints.Contains(signer.Thumbprint) && chain.Count == 0)
            throw new StartupException($"{Path.Combine(folder, CertificateFile)} is not one of the roots in {RootFile}; add {ChainFile}, "
                + "the chain from the signing certificate upwards");
        Check(folder, signer, chain, roots, time);
        return new CertificateAuthority(signer, Intermediates(signer, chain, rootPrints), roots, limits, time);
    }

    /// <summary>From the signing certificate upwards, without roots, whether or not the chain file repeats the signer.</summary>
    private static X509Certificate2Collection Intermediates(
        X509Certificate2 signer, X509Certificate2Collection chain, HashSet<string> rootPrints)
    {
        var intermediates = new X509Certificate2Collection();
        foreach (var certificate in chain.Prepend(signer).DistinctBy(certificate => certificate.Thumbprint))
        {
            if (!rootPrints.Contains(certificate.Thumbprint)) intermediates.Add(certificate);
        }

        return intermediates;
    }

    private static void Check(
        string folder, X509Certificate2 signer, X509Certificate2Collection chain, X509Certificate2Collection roots, TimeProvider time)
    {
        var path = Path.Combine(folder, CertificateFile);
        DateTimeOffset end = signer.NotAfter.ToUniversalTime();
        if (end <= time.GetUtcNow())
        {
            var text = end.ToString("u", CultureInfo.InvariantCulture);
            throw new StartupException($"the CA certificate {path} expired at {text}; replace it, or empty the folder for a new CA");
        }

        if (signer.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault() is not { CertificateAuthority: true })
            throw new StartupException($"{path} is not a CA certificate (basicConstraints CA:TRUE is missing); give the signing certificate");

        using var verification = new X509Chain();
        verification.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        verification.ChainPolicy.CustomTrustStore.AddRange(roots);
        verification.ChainPolicy.ExtraStore.AddRange(chain);
        verification.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        verification.ChainPolicy.DisableCertificateDownloads = true;
        verification.ChainPolicy.VerificationTime = time.GetUtcNow().UtcDateTime;
        if (verification.Build(signer)) return;
        var statuses = string.Join(", ", verification.ChainStatus.Select(status => status.Status).Distinct());
        throw new StartupException($"{path} does not verify against {RootFile} and {ChainFile} ({statuses}); put files of one CA together");
    }

    private static async Task<X509Certificate2> ReadSignerAsync(string folder, string keyPem, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, CertificateFile);
        var pem = await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false);
        try
        {
            return X509Certificate2.CreateFromPem(pem, keyPem);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new StartupException(
                $"{path} and {KeyFile} cannot be used together: {exception.Message}; put the certificate and its own key there",
                ExitCodes.UnreadableInput, exception);
        }
    }

    private static async Task<X509Certificate2Collection> ReadAsync(string folder, string file, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, file);
        var pem = await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false);
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(pem);
        }
        catch (CryptographicException exception)
        {
            throw new StartupException($"{path} cannot be read: {exception.Message}", ExitCodes.UnreadableInput, exception);
        }

        return certificates.Count > 0
            ? certificates
            : throw new StartupException($"{path} holds no PEM certificate; put at least one there", ExitCodes.UnreadableInput);
    }
}
