using Mesh.Hosting.Health;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting.Shutdown;

/// <summary>
/// On SIGTERM or SIGINT, before the server stops: readiness turns false, then all drain steps run, in the order they were
/// registered, within one bounded time. The server's own stop then waits for requests in flight.
/// </summary>
internal sealed class DrainService(
    Readiness readiness, IEnumerable<IDrainStep> steps, DrainOptions options, TimeProvider time, ILogger<DrainService> log)
    : IHostedLifecycleService
{
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        readiness.Drain();
        using var deadline = new CancellationTokenSource(options.Timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        log.Draining(options.Timeout.TotalSeconds);
        foreach (var step in steps) await RunAsync(step, linked.Token).ConfigureAwait(false);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task RunAsync(IDrainStep step, CancellationToken cancellationToken)
    {
        try
        {
            await step.DrainAsync(cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            log.DrainStepTimedOut(step.Name);
        }
#pragma warning disable CA1031 // One step's failure must not keep the others, or the process, from stopping.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            log.DrainStepFailed(step.Name, exception);
        }
    }
}
