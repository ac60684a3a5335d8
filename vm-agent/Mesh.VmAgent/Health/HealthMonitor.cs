using Mesh.Hosting;

namespace Mesh.VmAgent.Health;

/// <summary>
/// Probes the application for as long as it runs, and tells only the edges: one change when the success threshold is
/// reached by a workload that is not healthy, one when the failure threshold is reached by one that is not unhealthy.
/// </summary>
/// <remarks>Source: istio pkg/istio-agent/health/health_check.go.</remarks>
public sealed class HealthMonitor
{
    /// <summary>A period is up to this share longer, so that agents that began together do not probe in step.</summary>
    public const double Jitter = 0.1;

    private readonly ProbeSettings settings;
    private readonly IProbe probe;
    private readonly TimeProvider time;
    private readonly Random? jitter;
    private bool? healthy;
    private int successes;
    private int failures;

    /// <param name="jitter">Null: every period is as long as the settings say.</param>
    public HealthMonitor(ProbeSettings settings, IProbe probe, TimeProvider time, Random? jitter = null)
    {
        this.settings = settings;
        this.probe = probe;
        this.time = time;
        this.jitter = jitter;
        Invariant.Holds(settings.Period > TimeSpan.Zero, $"probe period {settings.Period} is positive");
        Invariant.Holds(settings.Timeout > TimeSpan.Zero, $"probe timeout {settings.Timeout} is positive");
        Invariant.Holds(settings.SuccessThreshold > 0, $"success threshold {settings.SuccessThreshold} is positive");
        Invariant.Holds(settings.FailureThreshold > 0, $"failure threshold {settings.FailureThreshold} is positive");
    }

    /// <summary>Runs until cancelled. <paramref name="onChange"/> is awaited, so changes arrive in order and one at a time.</summary>
    public async Task RunAsync(Func<HealthChange, CancellationToken, Task> onChange, CancellationToken cancellationToken)
    {
        await Task.Delay(settings.InitialDelay, time, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var result = await ProbeOnceAsync(cancellationToken).ConfigureAwait(false);
            if (Observe(result) is { } change) await onChange(change, cancellationToken).ConfigureAwait(false);
            var wait = jitter is null ? settings.Period : settings.Period * (1 + (Jitter * jitter.NextDouble()));
            await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<ProbeResult> ProbeOnceAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(settings.Timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await probe.CheckAsync(both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ProbeResult.Failure("Timeout", $"no answer within {settings.Timeout.TotalSeconds} s");
        }
    }

    private HealthChange? Observe(ProbeResult result)
    {
        if (result.Succeeded)
        {
            failures = 0;
            successes = Math.Min(successes + 1, settings.SuccessThreshold);
            if (healthy == true || successes < settings.SuccessThreshold) return null;
        }
        else
        {
            successes = 0;
            failures = Math.Min(failures + 1, settings.FailureThreshold);
            if (healthy == false || failures < settings.FailureThreshold) return null;
        }

        healthy = result.Succeeded;
        return new HealthChange(result.Succeeded, result.Reason, result.Message, time.GetUtcNow());
    }
}
