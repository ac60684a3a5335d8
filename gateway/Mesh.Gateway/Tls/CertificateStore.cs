using System.Collections.Concurrent;
using System.Security.Cryptography;
using Mesh.Config.Model;

namespace Mesh.Gateway.Tls;

/// <summary>
/// Server certificates from files, named by path or by credentialName. Changed files are taken up within <see cref="CheckInterval"/>; while they
/// are missing or broken the last good certificate stays, and the reason is logged once.
/// </summary>
/// <remarks>Files are compared at intervals, not watched: mounted Secrets change by swapping symbolic links.</remarks>
internal sealed class CertificateStore
{
    public static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(2);

    private readonly string? credentials;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly ConcurrentDictionary<Files, Entry> entries = new();

    /// <param name="credentials">Folder with a folder per credentialName; null when there is none.</param>
    public CertificateStore(string? credentials, TimeProvider time, ILogger log)
    {
        this.credentials = credentials;
        this.time = time;
        this.log = log;
    }

    /// <summary>Null when there is no usable certificate; the log says why.</summary>
    public ServerCertificate? Find(GatewayTls tls)
    {
        var files = FilesOf(tls);
        var entry = entries.GetOrAdd(files, static _ => new Entry());
        lock (entry)
        {
            var now = time.GetUtcNow();
            if (now < entry.CheckAfter) return entry.Certificate;
            entry.CheckAfter = now + CheckInterval;
            Refresh(files, entry);
            return entry.Certificate;
        }
    }

    private Files FilesOf(GatewayTls tls)
    {
        var mutual = tls.Mode is GatewayTlsMode.Mutual or GatewayTlsMode.OptionalMutual;
        if (tls.CredentialName.Length == 0)
            return new Files(tls.ServerCertificate, tls.PrivateKey, mutual ? tls.CaCertificates : null);
        var folder = Path.Combine(credentials ?? "", tls.CredentialName);
        return new Files(Path.Combine(folder, "tls.crt"), Path.Combine(folder, "tls.key"), mutual ? Path.Combine(folder, "ca.crt") : null);
    }

    private void Refresh(Files files, Entry entry)
    {
        try
        {
            var texts = (File.ReadAllText(files.Chain), File.ReadAllText(files.Key), files.Roots is null ? null : File.ReadAllText(files.Roots));
            if (texts == entry.Texts) return;
            entry.Certificate = ServerCertificate.FromPem(texts.Item1, texts.Item2, texts.Item3);
            entry.Texts = texts;
            entry.Problem = null;
            log.CertificateLoaded(files.Chain, entry.Certificate.Context.TargetCertificate.NotAfter.ToUniversalTime());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            if (entry.Problem == error.Message) return;
            entry.Problem = error.Message;
            log.CertificateUnusable(files.Chain, files.Key, error.Message, entry.Certificate is not null);
        }
    }

    private sealed record Files(string Chain, string Key, string? Roots);

    private sealed class Entry
    {
        public DateTimeOffset CheckAfter { get; set; }
        public (string Chain, string Key, string? Roots) Texts { get; set; }
        public ServerCertificate? Certificate { get; set; }
        public string? Problem { get; set; }
    }
}
