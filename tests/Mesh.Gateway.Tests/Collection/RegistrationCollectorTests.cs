using Mesh.Config.Model;
using Mesh.Config.Registration;
using Mesh.DataPlane.Registration;
using Mesh.Gateway.Collection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Gateway.Tests.Collection;

/// <summary>Dead machines in simulated time: what this gateway does at once, and what it does to their entries.</summary>
public sealed class RegistrationCollectorTests
{
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly MemoryRegistry registry = new();
    private readonly ScriptedCheck check = new();
    private readonly CollectionMetrics metrics = new();
    private readonly CollectionOptions options = new();
    private readonly AgentProber prober;
    private readonly RegistrationCollector collector;

    public RegistrationCollectorTests()
    {
        prober = new AgentProber("vpc-legacy", check, time, NullLogger<AgentProber>.Instance);
        collector = new RegistrationCollector(registry, options, metrics, time, NullLogger<RegistrationCollector>.Instance);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_agent_that_dies_gets_no_traffic_within_five_seconds_is_set_unhealthy_and_then_deleted()
    {
        var agent = await JoinAsync("127.30.1.10");
        await SecondsAsync(5);
        Assert.False(prober.IsDown(Endpoint(agent)));

        check.Set(agent, AgentAnswer.None);
        var died = time.GetUtcNow();
        while (!prober.IsDown(Endpoint(agent))) await SecondsAsync(1);
        Assert.InRange(time.GetUtcNow() - died, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5));
        var condition = Assert.Single(registry.Only.Status!.Conditions);
        Assert.Equal(("Healthy", "False", "AgentUnreachable"), (condition.Type, condition.Status, condition.Reason));

        await SecondsAsync(9);
        Assert.Single(registry.Entries);
        await SecondsAsync(1);
        Assert.Empty(registry.Entries);
    }

    [Fact]
    public async Task A_machine_that_istiod_has_lost_too_gets_no_traffic_again_while_its_entry_is_still_there()
    {
        var agent = await JoinAsync("127.30.1.10");
        await SecondsAsync(1);
        check.Set(agent, AgentAnswer.None);
        await SecondsAsync(4);
        Assert.True(prober.IsDown(Endpoint(agent)));

        var there = registry.Only;
        var annotations = there.Metadata.Annotations
            .Remove(RegistrationAnnotations.ConnectedAt).SetItem(RegistrationAnnotations.DisconnectedAt, "2026-01-01T00:00:00.5Z");
        var lost = Assert.IsType<RegisteredAgent>(RegisteredAgent.Read(there with { Metadata = there.Metadata with { Annotations = annotations } }));
        Assert.False(lost.IsConnected);
        check.Set(lost, AgentAnswer.None);
        await RoundAsync([lost]);

        Assert.True(prober.IsDown(Endpoint(lost)));
    }

    [Fact]
    public async Task An_agent_that_is_not_ready_gets_no_traffic_but_keeps_its_entry()
    {
        var agent = await JoinAsync("127.30.1.10");
        await SecondsAsync(1);
        check.Set(agent, AgentAnswer.NotReady);
        await SecondsAsync(60);

        Assert.True(prober.IsDown(Endpoint(agent)));
        Assert.Null(registry.Only.Status);
        check.Set(agent, AgentAnswer.Ready);
        await SecondsAsync(1);
        Assert.False(prober.IsDown(Endpoint(agent)));
    }

    [Fact]
    public async Task An_agent_that_answers_again_in_time_gets_its_entry_back_as_it_was()
    {
        var agent = await JoinAsync("127.30.1.10");
        var before = registry.Only;
        await SecondsAsync(1);
        check.Set(agent, AgentAnswer.None);
        await SecondsAsync(8);
        Assert.NotEqual(Machines.Text(before), Machines.Text(registry.Only));
        check.Set(agent, AgentAnswer.Ready);
        await SecondsAsync(30);

        Assert.Equal(Machines.Text(before), Machines.Text(registry.Only));
        Assert.False(prober.IsDown(Endpoint(agent)));
    }

    [Fact]
    public async Task What_the_agent_wrote_itself_in_between_is_not_overwritten()
    {
        var agent = await JoinAsync("127.30.1.10");
        await SecondsAsync(1);
        check.Set(agent, AgentAnswer.None);
        await SecondsAsync(4);
        var own = registry.Only with { Status = null };
        await registry.PutAsync(own, Token);
        check.Set(agent, AgentAnswer.Ready);
        await SecondsAsync(2);

        Assert.Equal(Machines.Text(own), Machines.Text(registry.Only));
    }

    [Fact]
    public async Task An_entry_whose_agent_was_never_seen_alive_is_not_touched()
    {
        var agent = await JoinAsync("127.30.1.10");
        check.Set(agent, AgentAnswer.None);
        await SecondsAsync(120);

        Assert.Null(registry.Only.Status);
    }

    [Fact]
    public async Task A_machine_that_joined_again_is_not_taken_for_the_dead_one()
    {
        var agent = await JoinAsync("127.30.1.10");
        await SecondsAsync(1);
        check.Set(agent, AgentAnswer.None);
        await SecondsAsync(12);
        // Back with a new registration, which this gateway's snapshot does not have yet when the grace ends.
        var again = Machines.Entry("127.30.1.10", time.GetUtcNow());
        await registry.PutAsync(again, Token);
        await RoundAsync([agent]);
        await RoundAsync([agent]);

        Assert.Equal(Machines.Text(again), Machines.Text(registry.Only));
    }

    [Fact]
    public async Task Nothing_is_collected_while_more_than_a_third_are_silent_together_and_the_metric_says_so()
    {
        var agents = new List<RegisteredAgent>();
        for (var i = 1; i <= 5; i++) agents.Add(await JoinAsync($"127.30.1.{i}"));
        await SecondsAsync(1);
        check.Set(agents[0], AgentAnswer.None);
        check.Set(agents[1], AgentAnswer.None);
        await SecondsAsync(60);
        Assert.True(metrics.Suspended);
        Assert.Equal(5, registry.Entries.Count);
        Assert.All(registry.Entries, entry => Assert.Null(entry.Status));

        check.Set(agents[1], AgentAnswer.Ready);
        await SecondsAsync(1);
        Assert.False(metrics.Suspended);
        await SecondsAsync(11);
        Assert.Equal(4, registry.Entries.Count);
        Assert.DoesNotContain(registry.Entries, entry => entry.Metadata.Name == agents[0].Name);
    }

    [Fact]
    public async Task An_entry_that_is_written_in_the_moment_of_its_deletion_stays()
    {
        var agent = await JoinAsync("127.30.1.10");
        await SecondsAsync(1);
        check.Set(agent, AgentAnswer.None);
        registry.BeforeDelete = _ =>
        {
            registry.BeforeDelete = null;
            registry.PutAsync(Machines.Entry("127.30.1.10", time.GetUtcNow()), Token).GetAwaiter().GetResult();
            check.Set(agent, AgentAnswer.Ready);
        };
        await SecondsAsync(60);

        Assert.Null(registry.BeforeDelete);
        Assert.Null(registry.Only.Status);
    }

    [Fact]
    public async Task A_registry_that_fails_for_a_while_only_delays()
    {
        var agent = await JoinAsync("127.30.1.10");
        await SecondsAsync(1);
        check.Set(agent, AgentAnswer.None);
        registry.Unreachable = true;
        await SecondsAsync(30, agent);
        registry.Unreachable = false;
        await SecondsAsync(12, agent);

        Assert.Empty(registry.Entries);
    }

    [Fact]
    public void Entries_written_by_hand_are_nobodys_to_collect()
    {
        var entry = Machines.Entry("127.30.1.10", time.GetUtcNow());
        Assert.NotNull(RegisteredAgent.Read(entry));

        var byHand = entry with
        {
            Metadata = entry.Metadata with { Annotations = entry.Metadata.Annotations.Remove(RegistrationAnnotations.Group) },
        };
        Assert.Null(RegisteredAgent.Read(byHand));
    }

    [Theory]
    [InlineData("unix:///run/app.sock", null)]
    [InlineData("no host at all", null)]
    [InlineData("127.30.1.10", "99999")]
    [InlineData("::1", "0")]
    public void An_entry_that_names_nothing_to_probe_harms_nobody(string address, string? port)
    {
        var entry = Machines.Entry("127.30.1.10", time.GetUtcNow());
        entry = entry with { Spec = entry.Spec with { Address = address } };
        if (port is not null)
        {
            entry = entry with
            {
                Metadata = entry.Metadata with { Annotations = entry.Metadata.Annotations.SetItem(RegistrationAnnotations.HealthPort, port) },
            };
        }

        Assert.Equal(port is null ? null : 15021, RegisteredAgent.Read(entry)?.HealthPort);
    }

    [Fact]
    public async Task An_entry_that_the_registry_cannot_even_name_does_not_keep_the_others_from_being_cleaned_up()
    {
        var agent = await JoinAsync("127.30.1.10");
        var files = new RegistrationCollector(
            new FileWorkloadRegistry("/nowhere"), options, metrics, time, NullLogger<RegistrationCollector>.Instance);
        await files.StepAsync([new MachineVerdict(agent with { Name = "a/b" }, MachineSign.Dead)], halted: false, Token);
        Assert.Single(registry.Entries);
    }

    [Fact]
    public async Task Only_direct_endpoints_of_the_own_network_are_judged()
    {
        var agent = await JoinAsync("127.30.1.10");
        check.Set(agent, AgentAnswer.None);
        await SecondsAsync(5);

        Assert.True(prober.IsDown(Endpoint(agent)));
        Assert.False(prober.IsDown(Endpoint(agent) with { Network = "vpc-a" }));
        Assert.False(prober.IsDown(Endpoint(agent) with { ViaNetwork = "vpc-legacy" }));
    }

    [Fact]
    public async Task A_gateway_that_was_restarted_takes_its_mark_off_an_agent_that_answers()
    {
        var agent = await JoinAsync("127.30.1.10");
        var before = registry.Only;
        await SecondsAsync(1);
        check.Set(agent, AgentAnswer.None);
        await SecondsAsync(4);
        Assert.Equal("AgentUnreachable", Assert.Single(registry.Only.Status!.Conditions).Reason);

        check.Set(agent, AgentAnswer.Ready);
        await RestartedAsync(seconds: 2);

        Assert.Empty(registry.Only.Status!.Conditions);
        Assert.Equal(Machines.Text(before), Machines.Text(registry.Only with { Status = null }));
    }

    [Fact]
    public async Task A_gateway_that_was_restarted_finishes_with_a_machine_that_was_marked_dead()
    {
        var agent = await JoinAsync("127.30.1.10");
        await SecondsAsync(1);
        check.Set(agent, AgentAnswer.None);
        await SecondsAsync(4);

        await RestartedAsync(seconds: 5);
        Assert.Single(registry.Entries);
        await RestartedAsync(seconds: 15);
        Assert.Empty(registry.Entries);
    }

    private async Task RestartedAsync(int seconds)
    {
        var newProber = new AgentProber("vpc-legacy", check, time, NullLogger<AgentProber>.Instance);
        var newCollector = new RegistrationCollector(registry, options, metrics, time, NullLogger<RegistrationCollector>.Instance);
        for (var i = 0; i < seconds; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await newProber.RoundAsync([.. registry.Entries.Select(RegisteredAgent.Read).OfType<RegisteredAgent>()], Token);
            await newCollector.StepAsync([.. newProber.Observations.Select(MachineVerdict.Of)], halted: false, Token);
        }
    }

    private async Task<RegisteredAgent> JoinAsync(string address)
    {
        var entry = Machines.Entry(address, time.GetUtcNow());
        await registry.PutAsync(entry, Token);
        return RegisteredAgent.Read(entry)!;
    }

    private async Task SecondsAsync(int seconds, params RegisteredAgent[] agents)
    {
        for (var i = 0; i < seconds; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await RoundAsync(agents.Length > 0 ? agents : [.. registry.Entries.Select(RegisteredAgent.Read).OfType<RegisteredAgent>()]);
        }
    }

    private async Task RoundAsync(IReadOnlyList<RegisteredAgent> agents)
    {
        await prober.RoundAsync(agents, Token);
        await collector.StepAsync([.. prober.Observations.Select(MachineVerdict.Of)], halted: false, Token);
    }

    private static ProxyEndpoint Endpoint(RegisteredAgent agent) =>
        new() { Address = agent.Address, Port = 15006, Network = "vpc-legacy" };
}
