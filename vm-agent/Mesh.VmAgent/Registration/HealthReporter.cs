using Mesh.Config.Resources.Networking;
using Mesh.VmAgent.Health;

namespace Mesh.VmAgent.Registration;

/// <summary>
/// Probes the application as its WorkloadGroup says and reports the edges to the registration. A group whose probe
/// changed is probed anew; one without a probe is not probed at all.
/// </summary>
/// <param name="current">The probe of the moment; null for none.</param>
/// <param name="appAddress">What is probed where the group names no host.</param>
public sealed class HealthReporter(
    Func<ReadinessProbe?> current,
    string appAddress,
    IRegistration registration,
    TimeProvider time,
    ILogger<HealthReporter> log)
{
    private static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(1);

    private volatile HealthChange? last;

    /// <summary>Null before the first edge, or without a probe.</summary>
    public HealthChange? Last => last;

    /// <summary>Before it runs: what is known of the application until it has been probed.</summary>
    public Task BeginWithAsync(HealthChange known, CancellationToken cancellationToken) => ReportAsync(known, cancellationToken);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (current() is { } probe && GroupProbe.SettingsOf(probe) is { } settings)
                await ProbeWhileUnchangedAsync(settings, probe, cancellationToken).ConfigureAwait(false);
            await Task.Delay(LookPeriod, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ProbeWhileUnchangedAsync(ProbeSettings settings, ReadinessProbe unchanged, CancellationToken cancellationToken)
    {
        log.Probing(settings.Action.ToString(), settings.Period.TotalSeconds);
        using var changed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var probe = ProbeFactory.Create(settings.Action, appAddress);
        try
        {
            var probing = new HealthMonitor(settings, probe, time, Random.Shared).RunAsync(ReportAsync, changed.Token);
            // An object that was not read again is the same instance; one that was is probed anew, which does no harm.
            while (ReferenceEquals(current(), unchanged) && !probing.IsCompleted)
                await Task.Delay(LookPeriod, time, cancellationToken).ConfigureAwait(false);
            await changed.CancelAsync().ConfigureAwait(false);
            await probing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (probing.IsFaulted) await probing.ConfigureAwait(false);
        }
        finally
        {
            (probe as IDisposable)?.Dispose();
        }
    }

    private Task ReportAsync(HealthChange change, CancellationToken cancellationToken)
    {
        last = change;
        return registration.ReportHealthAsync(change, cancellationToken);
    }
}
