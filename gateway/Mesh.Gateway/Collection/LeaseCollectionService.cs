using System.Collections.Immutable;
using Mesh.Kubernetes.Leases;

namespace Mesh.Gateway.Collection;

/// <summary>Collects while this gateway is the one, of all that could, that holds the collector's Lease.</summary>
/// <param name="collector">Made anew for every term: what was seen before may be old.</param>
public sealed class LeaseCollectionService(
    LeaderElector elector, Func<LeaseCollector> collector, CollectionBoard board, CollectionMetrics metrics, TimeProvider time,
    ILogger<LeaseCollectionService> log) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        board.Leader = () => elector.Leader;
        return elector.RunAsync(LeadAsync, stoppingToken);
    }

    private async Task LeadAsync(CancellationToken cancellationToken)
    {
        using var current = collector();
        log.CollectionLed();
        metrics.Leads = true;
        try
        {
            while (true)
            {
                await StepAsync(current, cancellationToken);
                await Task.Delay(current.NextLook, time, cancellationToken);
            }
        }
        finally
        {
            metrics.Leads = false;
            metrics.LeasesRead = true;
            (board.Leases, board.Plans) = (null, ImmutableDictionary<RegisteredAgent, MachinePlan>.Empty);
            log.CollectionHandedOver();
        }
    }

    private async Task StepAsync(LeaseCollector current, CancellationToken cancellationToken)
    {
        try
        {
            await current.StepAsync(cancellationToken);
            board.Leases = current.Leases.ToDictionary(view => (view.Lease.Namespace, view.Lease.Name));
            board.Plans = current.Plans.ToDictionary();
        }
#pragma warning disable CA1031 // Whatever is wrong with the Leases, it must not end the gateway.
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            log.CollectionFailed(error);
        }
    }
}
