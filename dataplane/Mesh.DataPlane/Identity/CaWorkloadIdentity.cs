using System.Collections.Immutable;
using System.Security.Cryptography;
using Mesh.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.DataPlane.Identity;

/// <summary>
/// An identity from a CA: a new key and certificate at start and then at every half life, for as long as the process runs.
/// While the CA cannot be reached the certificate at hand stays in use, to its last second and beyond. With a state folder a process
/// that starts again goes on with the certificate it had.
/// </summary>
public sealed class CaWorkloadIdentity : IWorkloadIdentity, IAsyncDisposable
{
    private readonly CaWorkloadIdentityOptions options;
    private readonly CertificateIssuer issuer;
    private readonly TimeProvider time;
    private readonly Random random;
    private readonly ILogger log;
    private readonly CurrentCertificate current = new();
    private readonly CancellationTokenSource stop = new();
    private Task? loop;
    private string? lost;

    /// <param name="random">For jitter; null uses the shared one.</param>
    public CaWorkloadIdentity(
        CaWorkloadIdentityOptions options, CertificateIssuer issuer, TimeProvider time, ILogger<CaWorkloadIdentity> log, Random? random = null)
    {
        this.options = options;
        this.issuer = issuer;
        this.time = time;
        this.log = log;
        this.random = random ?? Random.Shared;
    }

    public event Action? Changed
    {
        add => current.Changed += value;
        remove => current.Changed -= value;
    }

    public WorkloadCertificate? Current => current.Value;

    /// <summary>Why there is no certificate yet or no newer one, for readiness and status; null after a success.</summary>
    public string? LastError { get; private set; }

    /// <summary>When the next certificate, or the next attempt to get one, is due.</summary>
    public DateTimeOffset? NextRequest { get; private set; }

    public Task<WorkloadCertificate> WaitAsync(CancellationToken cancellationToken) => current.WaitAsync(cancellationToken);

    /// <summary>Begins to ask for certificates, once.</summary>
    public void Start()
    {
        Invariant.Holds(loop is null);
        NextRequest = Restore();
        loop = Task.Run(() => RunAsync(stop.Token));
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        if (loop is not null) await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var failures = 0;
        if (NextRequest is { } restored) await WaitUntilAsync(restored, [], cancellationToken).ConfigureAwait(false);
        while (!cancellationToken.IsCancellationRequested)
        {
            TimeSpan wait;
            var evidence = Evidence();
            try
            {
                var renewAt = await RenewAsync(cancellationToken).ConfigureAwait(false);
                failures = 0;
                wait = renewAt - time.GetUtcNow();
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever the issuer throws, the next attempt comes, and the old certificate serves until then.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LastError = lost is null ? exception.Message : $"{lost}, and {exception.Message}";
                wait = RenewalSchedule.Backoff(++failures, random);
                Report(exception, wait);
            }

            NextRequest = time.GetUtcNow() + wait;
            await WaitUntilAsync(NextRequest.Value, failures > 0 ? evidence : [], cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<DateTimeOffset> RenewAsync(CancellationToken cancellationToken)
    {
        var request = CertificateSigningRequest.Create(options.Id, options.KeyKind);
        var blocks = await issuer(request.Pem, cancellationToken).ConfigureAwait(false);
        if (blocks.Count < 2) throw new CryptographicException($"the CA answered with {blocks.Count} PEM blocks; leaf and root are needed");
        var arrived = time.GetUtcNow();
        var chain = string.Concat(blocks.Select(block => block.TrimEnd() + "\n"));
        var certificate = WorkloadCertificates.FromPem(chain, request.KeyPem, blocks[^1]);
        if (certificate.Id != options.Id)
            throw new CryptographicException($"the CA gave a certificate for {certificate.Id} instead of {options.Id}; the token is of another service account");
        if (certificate.NotAfter <= arrived)
            throw new CryptographicException($"the CA gave a certificate that expired at {certificate.NotAfter:u}; compare the clocks");

        if (certificate.NotBefore > arrived) log.ClockIsBehind(certificate.NotBefore - arrived, certificate.Id);
        await StoreAsync(chain, request.KeyPem, blocks[^1], cancellationToken).ConfigureAwait(false);
        var renewAt = RenewAt(certificate, arrived);
        LastError = lost = null;
        current.Set(certificate);
        log.CertificateIssued(certificate.Id, certificate.NotAfter, renewAt);
        return renewAt;
    }

    private async Task StoreAsync(string chain, string key, string roots, CancellationToken cancellationToken)
    {
        if (options.StateFolder is { } state)
        {
            try
            {
                await new IdentityStore(state).SaveAsync(chain, key, roots, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // A full disk must not cost the machine its identity.
                log.StateNotWritten(state, exception.Message);
            }
        }

        if (options.OutputFolder is not { } folder) return;
        await AtomicFile.WriteAsync(Path.Combine(folder, FileWorkloadIdentity.KeyFile), key, AtomicFile.Secret, cancellationToken).ConfigureAwait(false);
        await AtomicFile.WriteAsync(Path.Combine(folder, FileWorkloadIdentity.ChainFile), chain, AtomicFile.Secret, cancellationToken).ConfigureAwait(false);
        await AtomicFile.WriteAsync(Path.Combine(folder, FileWorkloadIdentity.RootFile), roots, AtomicFile.Secret, cancellationToken).ConfigureAwait(false);
    }

    private DateTimeOffset RenewAt(WorkloadCertificate certificate, DateTimeOffset arrived)
    {
        // By a clock that is behind the CA's a certificate seems to live longer than it does.
        var life = certificate.NotAfter - (certificate.NotBefore > arrived ? certificate.NotBefore : arrived);
        return RenewalSchedule.RenewAt(arrived, arrived + life, random, options.GraceRatio, options.GraceJitter);
    }

    /// <summary>When to renew what was kept; null when nothing usable was.</summary>
    private DateTimeOffset? Restore()
    {
        if (options.StateFolder is not { } folder) return null;
        try
        {
            if (new IdentityStore(folder).Load() is not var (certificate, written)) return null;
            var now = time.GetUtcNow();
            if (certificate.Id != options.Id)
            {
                log.StateOfAnother(folder, certificate.Id, options.Id);
                return null;
            }

            if (certificate.NotAfter <= now)
            {
                LastError = lost = $"the certificate kept in {folder} expired at {certificate.NotAfter:u}";
                log.StateExpired(certificate.Id, folder, certificate.NotAfter);
                return null;
            }

            current.Set(certificate);
            log.CertificateLoaded(certificate.Id, folder, certificate.NotAfter);
            return RenewAt(certificate, written < now ? written : now);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            log.StateUnusable(folder, exception.Message);
            return null;
        }
    }

    private void Report(Exception exception, TimeSpan wait)
    {
        if (Current is not { } certificate)
            log.NoCertificateYet(options.Id, exception.Message, wait.TotalSeconds);
        else if (certificate.NotAfter <= time.GetUtcNow())
            log.CertificateExpired(options.Id, certificate.NotAfter, exception.Message, wait.TotalSeconds);
        else
            log.RenewalFailed(options.Id, certificate.NotAfter, exception.Message, wait.TotalSeconds);
    }

    /// <summary>When each watched file was written; one that is missing has a time too.</summary>
    private ImmutableArray<DateTime> Evidence() => [.. options.RetryWhenChanged.Select(File.GetLastWriteTimeUtc)];

    /// <param name="evidence">Of the last attempt: when it is another one now, the wait is over. Empty: nothing is looked at.</param>
    private async Task WaitUntilAsync(DateTimeOffset moment, ImmutableArray<DateTime> evidence, CancellationToken cancellationToken)
    {
        // In steps of at most an hour, so that a machine that was asleep notices that its certificate has aged meanwhile.
        var longest = evidence.IsEmpty ? TimeSpan.FromHours(1) : TimeSpan.FromSeconds(1);
        while (moment - time.GetUtcNow() is var left && left > TimeSpan.Zero)
        {
            await Task.Delay(left < longest ? left : longest, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested) return;
            if (!evidence.IsEmpty && !Evidence().SequenceEqual(evidence)) return;
        }
    }
}
