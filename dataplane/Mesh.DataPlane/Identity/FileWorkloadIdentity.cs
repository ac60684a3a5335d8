using System.Security.Cryptography;
using Mesh.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.DataPlane.Identity;

/// <summary>
/// An identity from mounted files: cert-chain.pem (leaf first), key.pem and root-cert.pem in one folder, as Istio's agent and
/// cert-manager's CSI driver write them. Changed files are taken up live; unusable ones leave the last good certificate.
/// </summary>
/// <remarks>
/// The files are read again at intervals instead of being watched: mounted Secrets change by swapping symbolic links, of which
/// file notifications tell too little.
/// </remarks>
public sealed class FileWorkloadIdentity : IWorkloadIdentity, IAsyncDisposable
{
    public const string ChainFile = "cert-chain.pem";
    public const string KeyFile = "key.pem";
    public const string RootFile = "root-cert.pem";

    /// <summary>How often the files are compared with what is in use.</summary>
    public static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(5);

    private readonly string folder;
    private readonly ILogger log;
    private readonly CurrentCertificate current = new();
    private readonly PeriodicTimer timer;
    private readonly Task loop;
    private (string Chain, string Key, string Roots) texts;

    private FileWorkloadIdentity(
        string folder, (string, string, string) texts, WorkloadCertificate first, TimeProvider time, ILogger log, TimeSpan interval)
    {
        this.folder = folder;
        this.texts = texts;
        this.log = log;
        current.Set(first);
        log.CertificateLoaded(first.Id, folder, first.NotAfter);
        timer = new PeriodicTimer(interval, time);
        loop = Task.Run(WatchAsync);
    }

    public event Action? Changed
    {
        add => current.Changed += value;
        remove => current.Changed -= value;
    }

    public WorkloadCertificate? Current => current.Value;

    /// <summary>Reads the files once and begins to watch them.</summary>
    /// <exception cref="StartupException">A file is missing, unreadable or unusable, or the certificate has expired.</exception>
    public static FileWorkloadIdentity Load(
        string folder, TimeProvider time, ILogger<FileWorkloadIdentity> log, TimeSpan? interval = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(time);
        try
        {
            var texts = Read(folder);
            var certificate = WorkloadCertificates.FromPem(texts.Chain, texts.Key, texts.Roots);
            return certificate.NotAfter > time.GetUtcNow()
                ? new FileWorkloadIdentity(folder, texts, certificate, time, log, interval ?? DefaultInterval)
                : throw new StartupException($"the certificate in {folder} expired at {certificate.NotAfter:u}; put a valid {ChainFile} and {KeyFile} there");
        }
        catch (Exception exception) when (IsUnusable(exception))
        {
            throw new StartupException(
                $"cannot use the identity in {folder}: {exception.Message} ({ChainFile}, {KeyFile} and {RootFile} are needed)",
                ExitCodes.UnreadableInput, exception);
        }
    }

    public Task<WorkloadCertificate> WaitAsync(CancellationToken cancellationToken) => current.WaitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        timer.Dispose();
        await loop.ConfigureAwait(false);
    }

    private static bool IsUnusable(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or CryptographicException;

    private static (string Chain, string Key, string Roots) Read(string folder) => (
        File.ReadAllText(Path.Combine(folder, ChainFile)),
        File.ReadAllText(Path.Combine(folder, KeyFile)),
        File.ReadAllText(Path.Combine(folder, RootFile)));

    private async Task WatchAsync()
    {
        string? reported = null;
        while (await timer.WaitForNextTickAsync().ConfigureAwait(false))
        {
            try
            {
                var now = Read(folder);
                if (now == texts) continue;
                // Between two writes of one rotation the key does not fit yet; the next tick sees the whole.
                var certificate = WorkloadCertificates.FromPem(now.Chain, now.Key, now.Roots);
                texts = now;
                reported = null;
                current.Set(certificate);
                log.CertificateLoaded(certificate.Id, folder, certificate.NotAfter);
            }
            catch (Exception exception) when (IsUnusable(exception))
            {
                if (reported == exception.Message) continue;
                reported = exception.Message;
                log.CertificateFilesUnusable(folder, Current!.Id, exception.Message);
            }
        }
    }
}
