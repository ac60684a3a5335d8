using Mesh.Hosting.Health;
using Mesh.Hosting.Supervision;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.VmAgent.Tests.Supervision;

/// <summary>What the service manager is told over time, in simulated time.</summary>
public sealed class SupervisionTests : IAsyncDisposable
{
    private static readonly TimeSpan Watchdog = TimeSpan.FromSeconds(40);

    private readonly SimulatedTime time = new();
    private readonly Readiness readiness = new();
    private readonly Vitals vitals;
    // Abstract: nothing of it is left on a disk.
    private readonly string name = $"@mesh-test-{Guid.NewGuid():N}";
    private readonly NotifySocket systemd;
    private readonly SupervisionService service;
    private bool answers = true;

    public SupervisionTests()
    {
        vitals = new Vitals(time);
        systemd = new NotifySocket(name);
        var manager = ServiceManager.Find(new Dictionary<string, string>
        {
            ["NOTIFY_SOCKET"] = name,
            ["WATCHDOG_USEC"] = $"{Watchdog.TotalMicroseconds:0}",
            ["WATCHDOG_PID"] = "1",
        })!;
        service = new SupervisionService(manager, readiness, vitals, _ => Task.FromResult(answers), time, NullLogger<SupervisionService>.Instance);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private int Signs => systemd.Heard.Count(message => message.StartsWith("WATCHDOG=1\n", StringComparison.Ordinal));

    [Fact]
    public async Task A_start_is_over_after_half_a_minute_with_what_is_missing()
    {
        readiness.Add("identity", "the token expired");
        await service.StartAsync(Token);
        await PassAsync(SupervisionService.Patience - TimeSpan.FromSeconds(2));
        Assert.DoesNotContain(systemd.Heard, message => message.Contains("READY=1", StringComparison.Ordinal));

        await PassAsync(TimeSpan.FromSeconds(4));

        Assert.Contains("READY=1\nSTATUS=not ready: identity: the token expired\n", systemd.Heard);
    }

    [Fact]
    public async Task Signs_of_life_end_with_a_loop_that_fell_silent_and_come_again_with_it()
    {
        vitals.Beat("renewal");
        await service.StartAsync(Token);
        await PassAsync(Watchdog / 2);
        Assert.NotEqual(0, Signs);

        await PassAsync(Watchdog);
        var before = Signs;
        await PassAsync(Watchdog);
        Assert.Equal(before, Signs);

        vitals.Beat("renewal");
        await PassAsync(TimeSpan.FromSeconds(3));
        Assert.NotEqual(before, Signs);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Signs_of_life_end_with_a_task_that_ended_or_a_port_that_does_not_answer(bool task)
    {
        var loop = new TaskCompletionSource();
        vitals.Watch("registration", loop.Task);
        await service.StartAsync(Token);
        await PassAsync(Watchdog / 2);
        Assert.NotEqual(0, Signs);

        if (task) loop.SetException(new InvalidOperationException("a defect"));
        else answers = false;
        var before = Signs;
        await PassAsync(Watchdog * 2);

        Assert.Equal(before, Signs);
    }

    [Fact]
    public void Who_is_not_asked_says_nothing()
    {
        Assert.Null(ServiceManager.Find(new Dictionary<string, string>()));
        Assert.Null(ServiceManager.Find(new Dictionary<string, string> { ["NOTIFY_SOCKET"] = "vsock:2:1234" }));
        // Nobody listens there: no reason to fail.
        ServiceManager.Find(new Dictionary<string, string> { ["NOTIFY_SOCKET"] = "/nowhere/notify" })!.Tell("READY=1");
    }

    public async ValueTask DisposeAsync()
    {
        await service.StopAsync(CancellationToken.None);
        service.Dispose();
        await systemd.DisposeAsync();
    }

    /// <summary>Second by second; all that was said in it has been heard then.</summary>
    private async Task PassAsync(TimeSpan span)
    {
        for (var passed = TimeSpan.Zero; passed < span; passed += TimeSpan.FromSeconds(1)) await time.PassAsync(TimeSpan.FromSeconds(1));
        await time.BeginsAsync(TimeSpan.FromSeconds(1));
        await systemd.CatchUpAsync();
    }
}
