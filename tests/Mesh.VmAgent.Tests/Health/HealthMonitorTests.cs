using Mesh.VmAgent.Health;

namespace Mesh.VmAgent.Tests.Health;

/// <summary>The monitor in simulated time: no test waits for a clock.</summary>
public sealed class HealthMonitorTests : IAsyncDisposable
{
    private static readonly ProbeAction Anything = new ProbeAction.TcpSocket("", 1);

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(7);

    private readonly SimulatedTime time = new();
    private readonly ScriptedProbe probe;
    private readonly List<HealthChange> changes = [];
    private readonly CancellationTokenSource stop = new();
    private Task? running;

    public HealthMonitorTests() => probe = new ScriptedProbe(time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        if (running is not null) await running.ContinueWith(_ => { }, TaskScheduler.Default);
        stop.Dispose();
    }

    [Fact]
    public async Task The_first_probe_comes_right_after_the_initial_delay_and_the_next_one_period_later()
    {
        Start(new ProbeSettings(Anything) { InitialDelay = TimeSpan.FromSeconds(3), Period = Period });
        await time.PassAsync(TimeSpan.FromSeconds(3));
        var first = await probe.NextAsync(Token);
        await time.PassAsync(Period);
        var second = await probe.NextAsync(Token);

        Assert.Equal(TimeSpan.FromSeconds(3), first - time.Start);
        Assert.Equal(Period, second - first);
    }

    [Fact]
    public async Task Only_edges_are_told()
    {
        await StartAndProbeAsync(new ProbeSettings(Anything) { Period = Period });
        await ProbesAsync(4);
        probe.Fail();
        await ProbesAsync(4);
        probe.Succeed();
        await ProbesAsync(4);
        await SettledAsync();

        Assert.Equal([true, false, true], changes.Select(change => change.Healthy));
        Assert.Equal("ConnectionRefused", changes[1].Reason);
        Assert.Equal("nobody there", changes[1].Message);
    }

    [Fact]
    public async Task Thresholds_count_results_in_a_row()
    {
        await StartAndProbeAsync(new ProbeSettings(Anything) { Period = Period, SuccessThreshold = 2, FailureThreshold = 3 });
        await SettledAsync();
        Assert.Empty(changes);
        await ProbesAsync(1);
        await SettledAsync();
        Assert.True(Assert.Single(changes).Healthy);

        probe.Fail();
        await ProbesAsync(2);
        await SettledAsync();
        probe.Succeed();
        await ProbesAsync(1);
        await SettledAsync();
        probe.Fail();
        await ProbesAsync(2);
        await SettledAsync();
        Assert.Single(changes);
        await ProbesAsync(1);
        await SettledAsync();
        Assert.Equal([true, false], changes.Select(change => change.Healthy));
    }

    [Fact]
    public async Task A_workload_that_never_answered_is_told_to_be_unhealthy()
    {
        probe.Fail();
        await StartAndProbeAsync(new ProbeSettings(Anything) { FailureThreshold = 2, Period = Period });
        await ProbesAsync(2);
        await SettledAsync();

        Assert.False(Assert.Single(changes).Healthy);
    }

    [Fact]
    public async Task A_probe_that_hangs_fails_after_the_timeout()
    {
        probe.Hang();
        Start(new ProbeSettings(Anything) { Timeout = TimeSpan.FromSeconds(2), Period = TimeSpan.FromSeconds(10) });
        await probe.NextAsync(Token);
        time.Advance(TimeSpan.FromSeconds(2));
        await Eventually.HoldsAsync(() => changes.Count == 1, "the timeout counts as a failure");

        Assert.Equal("Timeout", changes[0].Reason);
        Assert.Equal(TimeSpan.FromSeconds(2), changes[0].At - time.Start);
    }

    private void Start(ProbeSettings settings) =>
        running = new HealthMonitor(settings, probe, time).RunAsync(
            (change, _) =>
            {
                changes.Add(change);
                return Task.CompletedTask;
            },
            stop.Token);

    private async Task StartAndProbeAsync(ProbeSettings settings)
    {
        Start(settings);
        await probe.NextAsync(Token);
    }

    /// <summary>The monitor has dealt with the last answer once it waits for the next period.</summary>
    private Task SettledAsync() => time.BeginsAsync(Period);

    /// <summary>Lets the given number of periods pass, each up to its probe.</summary>
    private async Task ProbesAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await time.PassAsync(Period);
            await probe.NextAsync(Token);
        }
    }
}
