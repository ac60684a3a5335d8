using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Mesh.Config.Model;

namespace Mesh.Gateway.Tls;

/// <summary>
/// Server certificates from Secrets, and from files named by path or by credentialName. Changed files are taken up within
/// <see cref="CheckInterval"/>, changed Secrets with the configuration; while they are missing or broken the last good certificate
/// stays, and the reason is logged once.
/// </summary>
/// <remarks>Files are compared at intervals, not watched: mounted Secrets change by swapping symbolic links.</remarks>
internal sealed class CertificateStore
{
    public static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(2);

    private readonly string? credentials;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly ConcurrentDictionary<Place, Entry> entries = new();

    /// <param name="credentials">Folder with a folder per credentialName; null when there is none.</param>
    public CertificateStore(string? credentials, TimeProvider time, ILogger log)
    {
        this.credentials = credentials;
        this.time = time;
        this.log = log;
    }

    /// <summary>All that have been asked for, ordered by source.</summary>
    public ImmutableArray<CertificateStatus> Status =>
    [
        .. entries.Select(pair => pair.Value.StatusOf(pair.Key)).OrderBy(status => status.Source, StringComparer.Ordinal),
    ];

    /// <summary>Null when there is no usable certificate; the log says why.</summary>
    public ServerCertificate? Find(GatewayTls tls)
    {
        var place = PlaceOf(tls);
        var entry = entries.GetOrAdd(place, static _ => new Entry());
        lock (entry)
        {
            if (tls.Credential is { } credential)
            {
                if (ReferenceEquals(entry.Credential, credential)) return entry.Certificate;
                entry.Credential = credential;
                Refresh(place, entry, () => TextsOf(credential, place.IsMutual));
                return entry.Certificate;
            }

            var now = time.GetUtcNow();
            if (now < entry.CheckAfter) return entry.Certificate;
            entry.Credential = null;
            entry.CheckAfter = now + CheckInterval;
            Refresh(place, entry, () => TextsOf(place));
            return entry.Certificate;
        }
    }

    /// <summary>The same for a Secret and for the folder of its name, so that what was good stays when either goes.</summary>
    private Place PlaceOf(GatewayTls tls)
    {
        var mutual = tls.Mode is GatewayTlsMode.Mutual or GatewayTlsMode.OptionalMutual;
        if (tls.CredentialName.Length == 0)
            return new Place("", tls.ServerCertificate, tls.PrivateKey, mutual ? tls.CaCertificates : "", mutual ? tls.CaCrl : "", mutual);
        var folder = Path.Combine(credentials ?? "", tls.CredentialName);
        return new Place(
            tls.CredentialName, Path.Combine(folder, "tls.crt"), Path.Combine(folder, "tls.key"), mutual ? Path.Combine(folder, "ca.crt") : "",
            mutual && File.Exists(Path.Combine(folder, "ca.crl")) ? Path.Combine(folder, "ca.crl") : "", mutual);
    }

    private static CertificateTexts TextsOf(TlsCredential credential, bool mutual) => credential.Problem is { } problem
        ? throw new CryptographicException(problem)
        : new CertificateTexts(
            credential.Certificate, credential.PrivateKey, mutual ? credential.CaCertificates : null,
            mutual && credential.Crl.Length > 0 ? credential.Crl : null);

    private CertificateTexts TextsOf(Place place)
    {
        if (place.CredentialName.Length > 0 && credentials is null)
        {
            throw new CryptographicException(
                $"no Secret {place.CredentialName} in the sources; add it, or give --credentials DIR with a folder of that name");
        }

        return new CertificateTexts(
            File.ReadAllText(place.Chain), File.ReadAllText(place.Key), place.IsMutual ? File.ReadAllText(place.Roots) : null,
            place.Revocations.Length > 0 ? File.ReadAllText(place.Revocations) : null);
    }

    private void Refresh(Place place, Entry entry, Func<CertificateTexts> read)
    {
        var source = entry.Credential?.Name ?? place.Chain;
        try
        {
            var texts = read();
            if (texts == entry.Texts)
            {
                entry.Problem = null;
                return;
            }

            entry.Certificate = ServerCertificate.FromPem(texts);
            entry.Texts = texts;
            entry.Problem = null;
            log.CertificateLoaded(source, entry.Certificate.Context.TargetCertificate.NotAfter.ToUniversalTime());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException or FormatException)
        {
            if (entry.Problem == error.Message) return;
            entry.Problem = error.Message;
            log.CertificateUnusable(source, entry.Credential?.Name ?? place.Key, error.Message, entry.Certificate is not null);
        }
    }

    private sealed record Place(string CredentialName, string Chain, string Key, string Roots, string Revocations, bool IsMutual);

    private sealed class Entry
    {
        public DateTimeOffset CheckAfter { get; set; }
        public TlsCredential? Credential { get; set; }
        public CertificateTexts? Texts { get; set; }
        public ServerCertificate? Certificate { get; set; }
        public string? Problem { get; set; }

        public CertificateStatus StatusOf(Place place)
        {
            lock (this)
            {
                var leaf = Certificate?.Context.TargetCertificate;
                return new CertificateStatus
                {
                    Source = Credential?.Name ?? place.Chain,
                    Subject = leaf?.Subject,
                    NotAfter = leaf?.NotAfter.ToUniversalTime(),
                    Problem = Problem,
                };
            }
        }
    }
}
