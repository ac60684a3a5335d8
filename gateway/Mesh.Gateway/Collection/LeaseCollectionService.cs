using Mesh.Kubernetes.Leases;

namespace Mesh.Gateway.Collection;

/// <summary>Collects while this gateway is the one, of all that could, that holds the collector's Lease.</summary>
/// <param name="collector">Made anew for every term: what was seen before may be old.</param>
public sealed class LeaseCollectionService(
    LeaderElector elector, Func<LeaseCollector> collector, CollectionOptions options, TimeProvider time,
    ILogger<LeaseCollectionService> log) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => elector.RunAsync(LeadAsync, stoppingToken);

    private async Task LeadAsync(CancellationToken cancellationToken)
    {
        using var current = collector();
        using var timer = new PeriodicTimer(options.LeaseLook, time);
        do
        {
            try
            {
                await current.StepAsync(cancellationToken);
            }
#pragma warning disable CA1031 // Whatever is wrong with the Leases, it must not end the gateway.
            catch (Exception error) when (error is not OperationCanceledException)
#pragma warning restore CA1031
            {
                log.CannotReadLeases(error.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }
}
