using Mesh.Payments.Faults.Processes;

namespace Mesh.Payments.Faults.Tests.Faults;

/// <summary>Kills what can be killed in the middle of load, and has the checker look at all records afterwards.</summary>
public sealed class FaultTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_replica_on_SQLite_is_killed_in_the_middle_of_load_and_every_payment_is_charged_and_booked_once() =>
        await KillReplicasAsync($"sqlite:{folder.File("payments.db")}", 1);

    [Fact]
    public async Task All_replicas_on_PostgreSQL_are_killed_in_the_middle_of_load_and_every_payment_is_charged_and_booked_once()
    {
        Assert.SkipUnless(PostgresPair.IsInstalled, "PostgreSQL is not installed");
        await using var postgres = await PostgresPair.StartAsync(hasStandby: false, Cancellation);
        await KillReplicasAsync(postgres.Store, 2);
    }

    [Fact]
    public async Task The_PostgreSQL_primary_is_killed_in_the_middle_of_load_and_its_synchronous_standby_has_lost_nothing()
    {
        Assert.SkipUnless(PostgresPair.IsInstalled, "PostgreSQL is not installed");
        await using var postgres = await PostgresPair.StartAsync(hasStandby: true, Cancellation);
        await FailAsync(postgres.Store, _ => postgres.FailOverAsync(Cancellation));
    }

    private Task KillReplicasAsync(string store, int count) => FailAsync(store, run => run.KillReplicasAsync(count, Cancellation));

    private async Task FailAsync(string store, Func<FaultRun, Task> fault)
    {
        await using var run = new FaultRun(new FaultSettings { Folder = folder.Path, Store = store });
        await run.StartAsync(Cancellation);
        await run.MoreAsync(80, Cancellation);

        await run.OutageAsync(() => fault(run), Cancellation);

        await run.MoreAsync(80, Cancellation);
        var report = await run.FinishAsync(Cancellation);
        Assert.True(report.Findings.Count == 0, report.Describe());
        Assert.True(report.Payments >= 80 && report.Operations >= 80, $"{report.Payments} payments, {report.Operations} operations");
    }
}
