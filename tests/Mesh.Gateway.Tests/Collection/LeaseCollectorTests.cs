using Mesh.Config.Resources.Networking;
using Mesh.Gateway.Collection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Gateway.Tests.Collection;

/// <summary>Machines that stop renewing their Leases, in simulated time.</summary>
public sealed class LeaseCollectorTests : IDisposable
{
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly MemoryRegistry registry = new();
    private readonly MemoryLeases leases = new();
    private readonly CollectionMetrics metrics = new();
    private readonly HashSet<int> alive = [];
    private readonly HashSet<string> answering = [];
    private LeaseCollector collector;
    private bool known = true;
    private int second;

    public LeaseCollectorTests() => collector = Collector();

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
        var marked = Entry(1);
        Assert.Equal(("Healthy", "False"), (marked.Status!.Conditions.Single().Type, marked.Status.Conditions.Single().Status));
        Assert.Contains("Lease", marked.Status.Conditions.Single().Message, StringComparison.Ordinal);

        await SecondsAsync(16);
        Assert.Equal((3, 3), (registry.Entries.Count, leases.Count));
        Assert.All(registry.Entries, entry => Assert.Null(entry.Status));
    }

    [Fact]
    public async Task While_leases_cannot_be_read_nobody_ages_and_afterwards_all_have_time_to_be_heard()
    {
        for (var machine = 1; machine <= 4; machine++) await JoinAsync(machine);
        await SecondsAsync(30);
        leases.Unreachable = true;
        var living = alive.ToList();
        alive.Clear();
        await SecondsAsync(600);
        Assert.False(metrics.LeasesRead);

        leases.Unreachable = false;
        await SecondsAsync(19);
        Assert.True(metrics.LeasesRead);
        Assert.All(registry.Entries, entry => Assert.Null(entry.Status));
        alive.UnionWith(living);
        await SecondsAsync(120);
        Assert.Equal(4, registry.Entries.Count);
        Assert.All(registry.Entries, entry => Assert.Null(entry.Status));
    }

    [Fact]
    public async Task A_pause_is_not_counted_and_does_not_make_the_dead_young_again()
    {
        for (var machine = 1; machine <= 4; machine++) await JoinAsync(machine);
        await SecondsAsync(30);
        alive.Remove(1);
        await SecondsAsync(35);
        time.Advance(TimeSpan.FromMinutes(10));
        await SecondsAsync(10);
        Assert.All(registry.Entries, entry => Assert.Null(entry.Status));

        await SecondsAsync(20);
        Assert.NotNull(Entry(1).Status);
        Assert.All([2, 3, 4], machine => Assert.Null(Entry(machine).Status));
    }

    [Fact]
    public async Task A_lease_that_could_not_be_read_once_brings_no_dead_machine_back()
    {
        for (var machine = 1; machine <= 4; machine++) await JoinAsync(machine);
        await SecondsAsync(30);
        alive.Remove(1);
        while (Entry(1).Status is null) await SecondsAsync(1);
        var marks = registry.Writes.Count;
        leases.Unreachable = true;
        await SecondsAsync(5);
        leases.Unreachable = false;
        await SecondsAsync(60);

        Assert.Equal(marks, registry.Writes.Count);
        Assert.Equal((3, 3), (registry.Entries.Count, leases.Count));
    }

    [Fact]
    public async Task A_gateway_that_leads_anew_brings_no_dead_machine_back_and_finishes_with_it()
    {
        for (var machine = 1; machine <= 4; machine++) await JoinAsync(machine);
        await SecondsAsync(30);
        alive.Remove(1);
        while (Entry(1).Status is null) await SecondsAsync(1);
        var marks = registry.Writes.Count;

        LeadAnew();
        await SecondsAsync(40);
        Assert.NotNull(Entry(1).Status);
        await SecondsAsync(30);
        Assert.Equal(marks, registry.Writes.Count);
        Assert.Equal((3, 3), (registry.Entries.Count, leases.Count));
    }

    [Fact]
    public async Task A_gateway_that_leads_anew_puts_a_machine_back_that_renews_with_all_that_the_mark_had_changed()
    {
        for (var machine = 1; machine <= 4; machine++) await JoinAsync(machine);
        var before = Machines.Text(Entry(1));
        await SecondsAsync(30);
        alive.Remove(1);
        while (Entry(1).Status is null) await SecondsAsync(1);
        Assert.Equal("true", Entry(1).Metadata.Annotations["proxy.istio.io/health-checks-enabled"]);

        LeadAnew();
        alive.Add(1);
        await SecondsAsync(25);

        Assert.Empty(Entry(1).Status!.Conditions);
        Assert.Equal(before, Machines.Text(Entry(1) with { Status = null }));
    }

    [Fact]
    public async Task A_machine_whose_agent_answers_is_kept_though_its_lease_has_run_out()
    {
        for (var machine = 1; machine <= 4; machine++) await JoinAsync(machine);
        await SecondsAsync(30);
        alive.Remove(1);
        answering.Add(Name(1));
        await SecondsAsync(200);
        Assert.Null(Entry(1).Status);
        Assert.Contains("kept", Assert.Single(collector.Plans).Value.Why, StringComparison.Ordinal);

        answering.Clear();
        await SecondsAsync(20);
        Assert.Equal(3, registry.Entries.Count);
    }

    [Fact]
    public async Task Another_machine_that_got_the_address_does_not_answer_for_the_dead_one()
    {
        for (var machine = 1; machine <= 4; machine++) await JoinAsync(machine);
        await SecondsAsync(30);
        alive.Remove(1);
        var next = Machines.Entry("127.30.1.1", time.GetUtcNow(), "agent-next", isLeased: true, instance: "i-2");
        await registry.PutAsync(next, Token);
        answering.UnionWith([Name(1), next.Metadata.Name]);
        for (var i = 0; i < 20; i++)
        {
            leases.Renew(next.Metadata.Name, "agent-next");
            await SecondsAsync(5);
        }

        Assert.DoesNotContain(registry.Entries, entry => entry.Metadata.Name == Name(1));
        Assert.Null(Assert.Single(registry.Entries, entry => entry.Metadata.Name == next.Metadata.Name).Status);
    }

    [Fact]
    public async Task A_machine_that_renews_in_the_moment_of_its_deletion_stays()
    {
        for (var machine = 1; machine <= 4; machine++) await JoinAsync(machine);
        await SecondsAsync(30);
        alive.Remove(1);
        leases.BeforeDelete = lease =>
        {
            leases.BeforeDelete = null;
            leases.Renew(lease.Name, lease.Holder);
            alive.Add(1);
        };
        await SecondsAsync(120);

        Assert.Null(leases.BeforeDelete);
        Assert.Equal((4, 4), (registry.Entries.Count, leases.Count));
        Assert.All(registry.Entries, entry => Assert.Null(entry.Status));
    }

    [Fact]
    public async Task An_entry_whose_lease_is_missing_is_that_of_a_dead_machine()
    {
        for (var machine = 1; machine <= 4; machine++) await JoinAsync(machine);
        await SecondsAsync(30);
        alive.Remove(1);
        leases.Remove(Name(1));
        await SecondsAsync(70);

        Assert.DoesNotContain(registry.Entries, entry => entry.Metadata.Name == Name(1));
        Assert.Equal(3, registry.Entries.Count);
    }

    [Fact]
    public async Task When_more_than_a_third_of_all_groups_goes_at_once_nothing_is_collected_either()
    {
        for (var machine = 1; machine <= 4; machine++) await JoinAsync(machine, $"group-{machine}");
        await SecondsAsync(20);
        alive.ExceptWith([1, 2]);
        await SecondsAsync(300);
        Assert.True(metrics.Suspended);
        Assert.All(registry.Entries, entry => Assert.Null(entry.Status));
        Assert.All(collector.Plans, plan => Assert.Null(plan.Value.DeleteAt));

        alive.Add(2);
        await SecondsAsync(60);
        Assert.False(metrics.Suspended);
        Assert.Equal(3, registry.Entries.Count);
    }

    [Fact]
    public async Task Where_leases_are_short_they_are_looked_at_more_often()
    {
        await JoinAsync(1);
        await collector.StepAsync(Token);

        Assert.Equal(TimeSpan.FromSeconds(5), collector.NextLook);
        leases.Renew(Name(1), "agent-1", seconds: 4);
        await collector.StepAsync(Token);
        Assert.Equal(TimeSpan.FromSeconds(0.5), collector.NextLook);
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
        Assert.NotNull(Entry(1).Status);
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

    private string Name(int machine) => registry.Entries.SingleOrDefault(entry => entry.Spec.Address == $"127.30.1.{machine}" && IsFirst(entry))?.Metadata.Name
        ?? Machines.Entry($"127.30.1.{machine}", default).Metadata.Name;

    private static bool IsFirst(WorkloadEntry entry) => !entry.Metadata.Annotations.ContainsKey("mesh-agent/instance");

    private WorkloadEntry Entry(int machine) => registry.Entries.Single(entry => entry.Metadata.Name == Name(machine));

    private LeaseCollector Collector() => new(
        leases, registry, () => known ? registry.Entries : null, () => [], agent => answering.Contains(agent.Name), new CollectionOptions(), metrics, time,
        NullLoggerFactory.Instance);

    private void LeadAnew()
    {
        collector.Dispose();
        collector = Collector();
    }

    private async Task JoinAsync(int machine, string group = "legacy-billing")
    {
        var entry = Machines.Entry($"127.30.1.{machine}", time.GetUtcNow(), $"agent-{machine}", group, isLeased: true);
        await registry.PutAsync(entry, Token);
        leases.Renew(entry.Metadata.Name, $"agent-{machine}");
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
