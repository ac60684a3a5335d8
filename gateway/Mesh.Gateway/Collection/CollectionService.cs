using Mesh.Config.Model;

namespace Mesh.Gateway.Collection;

/// <summary>Probes and, where a registry is given, collects, round after round, for as long as the gateway runs.</summary>
/// <param name="snapshot">The mesh as it is now; null, or not synced, before the first complete state: nothing is done then.</param>
/// <param name="collector">Null: this gateway probes only.</param>
public sealed class CollectionService(
    Func<MeshSnapshot?> snapshot,
    string network,
    AgentProber prober,
    RegistrationCollector? collector,
    CollectionBoard board,
    CollectionOptions options,
    TimeProvider time) : BackgroundService
{
    /// <summary>One round of probes and its consequences.</summary>
    public async Task RoundAsync(CancellationToken cancellationToken)
    {
        if (snapshot() is not { Synced: true } current) return;
        await prober.RoundAsync(RegisteredAgent.In(current, network), cancellationToken);
        if (collector is null) return;
        await collector.StepAsync([.. prober.Observations.Select(MachineVerdict.Of)], halted: false, cancellationToken);
        board.Plans = collector.Plans;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.ProbePeriod, time);
        do
        {
            await RoundAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
