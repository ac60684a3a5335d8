using Mesh.Gateway.Collection;
using Mesh.VmAgent.Registration;
using Mesh.VmAgent.Tests.Registration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.VmAgent.Tests.Collection;

/// <summary>Machines that stop renewing their Leases, in simulated time.</summary>
public sealed class LeaseCollectorTests : IDisposable
{
    private readonly SimulatedTime time = new();
    private readonly MemoryRegistry registry = new();
    private readonly MemoryLeases leases = new();
    private readonly CollectionMetrics metrics = new();
    private readonly HashSet<int> alive = [];
    private readonly LeaseCollector collector;
    private bool known = true;
    private int second;

    public LeaseCollectorTests() => collector = new LeaseCollector(
        leases, registry, () => known ? registry.Entries : null, new CollectionOptions(), metrics, time, NullLoggerFactory.Instance);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => collector.Dispose();

    [Fact]
    public async Task A_machine_that_stops_renewing_is_set_unhealthy_and_then_removed_with_its_lease()
    {
        for (var machine = 1; machine <= 4; machine++) await JoinAsync(machine);
        await SecondsAsync(60);
        Assert.All(registry.Entries, entry => Assert.Null(entry.Status));

        alive.Remove(1);
        await SecondsAsync(38);
        Assert.All(registry.Entries, entry => Assert.Null(entry.Status));
        await SecondsAsync(15);
        var marked = registry.Entries.Single(entry => entry.Metadata.Name == Name(1));
        Assert.Equal(("Healthy", "False"), (marked.Status!.Conditions.Single().Type, marked.Status.Conditions.Single().Status));
        Assert.Contains("Lease", marked.Status.Conditions.Single().Message, StringComparison.Ordinal);

        await SecondsAsync(16);
        Assert.Equal((3, 3), (registry.Entries.Count, leases.Count));
        Assert.All(registry.Entries, entry => Assert.Null(entry.Status));
    }

    [Fact]
    public async Task While_leases_cannot_be_read_nobody_ages_and_afterwards_all_have_their_whole_time()
    {
        for (var machine = 1; machine <= 4; machine++) await JoinAsync(machine);
        await SecondsAsync(30);
        leases.Unreachable = true;
        alive.Clear();
        await SecondsAsync(600);
        Assert.False(metrics.LeasesRead);

        leases.Unreachable = false;
        await SecondsAsync(35);
        Assert.True(metrics.LeasesRead);
        Assert.All(registry.Entries, entry => Assert.Null(entry.Status));
        for (var machine = 1; machine <= 4; machine++) alive.Add(machine);
        await SecondsAsync(120);
        Assert.Equal(4, registry.Entries.Count);
    }

    [Fact]
    public async Task When_more_than_a_third_of_a_group_goes_at_once_nothing_is_collected_and_an_alarm_stands()
    {
        for (var machine = 1; machine <= 6; machine++) await JoinAsync(machine);
        await SecondsAsync(20);
        alive.ExceptWith([1, 2, 3]);
        await SecondsAsync(300);
        Assert.True(metrics.Suspended);
        Assert.Equal(6, registry.Entries.Count);

        alive.UnionWith([1, 2]);
        await SecondsAsync(60);
        Assert.False(metrics.Suspended);
        Assert.Equal(5, registry.Entries.Count);
    }

    [Fact]
    public async Task A_machine_that_renews_again_before_the_grace_is_over_gets_its_entry_back_as_it_was()
    {
        for (var machine = 1; machine <= 4; machine++) await JoinAsync(machine);
        alive.Remove(1);
        await SecondsAsync(52);
        Assert.NotNull(registry.Entries.Single(entry => entry.Metadata.Name == Name(1)).Status);
        alive.Add(1);
        await SecondsAsync(60);

        Assert.Equal(4, registry.Entries.Count);
        Assert.All(registry.Entries, entry => Assert.Null(entry.Status));
    }

    [Fact]
    public async Task The_lease_of_somebody_else_says_nothing_about_an_entry_and_one_without_an_entry_is_removed()
    {
        await JoinAsync(1);
        alive.Clear();
        leases.Renew(Name(1), "another-agent");
        leases.Renew("nobodys", "agent-9");
        await SecondsAsync(120);

        Assert.Null(Assert.Single(registry.Entries).Status);
        Assert.Equal(1, leases.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Whatever_happens_no_living_machine_is_removed_and_every_dead_one_is_in_the_end(int seed)
    {
        var random = new Random(seed);
        for (var machine = 1; machine <= 12; machine++) await JoinAsync(machine);
        for (var step = 0; step < 300; step++)
        {
            switch (random.Next(20))
            {
                case 0 when alive.Count > 10:
                    alive.Remove(random.Next(1, 13));
                    break;
                case 1:
                    leases.Unreachable = !leases.Unreachable;
                    break;
                case 2:
                    registry.Unreachable = !registry.Unreachable;
                    break;
                case 3:
                    known = !known;
                    break;
                case 4:
                    // This process, or the whole machine it runs on, was paused; the others renewed on.
                    time.Advance(TimeSpan.FromSeconds(random.Next(10, 200)));
                    break;
            }

            await SecondsAsync(random.Next(1, 8));
            var there = registry.Entries.Select(entry => entry.Metadata.Name).ToHashSet();
            foreach (var machine in alive) Assert.Contains(Name(machine), there);
        }

        (leases.Unreachable, registry.Unreachable, known) = (false, false, true);
        await SecondsAsync(200);
        Assert.Equal(alive.Select(Name).Order(), registry.Entries.Select(entry => entry.Metadata.Name).Order());
        Assert.Equal(alive.Count, leases.Count);
        Assert.False(metrics.Suspended);
    }

    private static WorkloadInstance Instance(int machine) => Groups.Vm with { Agent = $"agent-{machine}", Address = $"127.30.1.{machine}" };

    private static string Name(int machine) => WorkloadEntryBuilder.Name(Groups.Billing.Metadata.Name, Instance(machine));

    private async Task JoinAsync(int machine)
    {
        await registry.PutAsync(WorkloadEntryBuilder.Build(Groups.Billing, Instance(machine), time.GetUtcNow()), Token);
        leases.Renew(Name(machine), $"agent-{machine}");
        alive.Add(machine);
    }

    /// <summary>Machines that live renew every 10 s, where they can; the collector looks every 5 s.</summary>
    private async Task SecondsAsync(int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            second++;
            if (!leases.Unreachable)
                foreach (var machine in alive.Where(machine => (second + machine) % 10 == 0)) leases.Renew(Name(machine), $"agent-{machine}");
            if (second % 5 == 0) await collector.StepAsync(Token);
        }
    }
}
