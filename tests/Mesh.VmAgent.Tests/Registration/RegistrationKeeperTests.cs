using Mesh.Config.Registration;
using Mesh.Config.Resources.Networking;
using Mesh.VmAgent.Health;
using Mesh.VmAgent.Registration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.VmAgent.Tests.Registration;

/// <summary>What an agent does about its entry, whatever happens to group, entry and registry.</summary>
public sealed class RegistrationKeeperTests
{
    private readonly SimulatedTime time = new();
    private MemoryRegistry registry = new();
    private WorkloadGroup? group = Groups.Billing;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_group_that_does_not_exist_yet_is_waited_for_and_named()
    {
        group = null;
        await using var keeper = Keeper();

        await keeper.LookAfterAsync(Token);
        Assert.Equal(RegistrationState.WaitingForGroup, keeper.Status.State);
        Assert.Contains("WorkloadGroup prod/legacy-billing does not exist", keeper.Status.Message, StringComparison.Ordinal);
        Assert.Empty(registry.Entries);

        group = Groups.Billing;
        await keeper.LookAfterAsync(Token);
        Assert.Equal(RegistrationState.Registered, keeper.Status.State);
        Assert.Equal("legacy-billing-127.30.1.10-vpc-legacy", registry.Only.Metadata.Name);
    }

    [Fact]
    public async Task Health_is_written_at_edges_only_and_survives_a_deletion_of_the_entry()
    {
        await using var keeper = Keeper();
        await keeper.LookAfterAsync(Token);
        Assert.Null(registry.Only.Status);

        await keeper.ReportHealthAsync(new HealthChange(false, "ConnectionRefused", "nobody there", time.GetUtcNow()), Token);
        await keeper.LookAfterAsync(Token);
        await keeper.LookAfterAsync(Token);
        Assert.Equal(2, registry.Writes.Count);
        var condition = Assert.Single(registry.Only.Status!.Conditions);
        Assert.Equal(("Healthy", "False", "ConnectionRefused", "nobody there"), (condition.Type, condition.Status, condition.Reason, condition.Message));
        Assert.Equal(time.GetUtcNow(), condition.LastTransitionTime);

        await registry.DeleteAsync(registry.Only, Token);
        await keeper.LookAfterAsync(Token);
        Assert.Equal("False", Assert.Single(registry.Only.Status!.Conditions).Status);
    }

    [Fact]
    public async Task Health_that_came_before_the_entry_is_in_it_from_the_first_write()
    {
        await using var keeper = Keeper();
        await keeper.ReportHealthAsync(new HealthChange(true, "ProbeSucceeded", "fine", time.GetUtcNow()), Token);
        await keeper.LookAfterAsync(Token);

        Assert.Equal("True", Assert.Single(Assert.Single(registry.Writes).Status!.Conditions).Status);
    }

    [Fact]
    public async Task Health_that_somebody_took_off_the_entry_is_said_again()
    {
        await using var keeper = Keeper();
        await keeper.LookAfterAsync(Token);
        await keeper.ReportHealthAsync(new HealthChange(true, "ProbeSucceeded", "fine", time.GetUtcNow()), Token);
        await registry.PutAsync(registry.Only with { Status = new IstioStatus() }, Token);

        await keeper.LookAfterAsync(Token);

        Assert.Equal("True", Assert.Single(registry.Only.Status!.Conditions).Status);
    }

    [Fact]
    public async Task Health_that_a_gateway_denied_is_not_contradicted()
    {
        await using var keeper = Keeper();
        await keeper.LookAfterAsync(Token);
        await keeper.ReportHealthAsync(new HealthChange(true, "ProbeSucceeded", "fine", time.GetUtcNow()), Token);
        var denied = new IstioCondition { Type = "Healthy", Status = "False", Reason = "AgentUnreachable" };
        await registry.PutAsync(registry.Only with { Status = new IstioStatus { Conditions = [denied] } }, Token);

        await keeper.LookAfterAsync(Token);

        Assert.Equal("AgentUnreachable", Assert.Single(registry.Only.Status!.Conditions).Reason);
    }

    [Fact]
    public async Task A_changed_group_changes_the_entry()
    {
        await using var keeper = Keeper();
        await keeper.LookAfterAsync(Token);
        group = Groups.Billing with
        {
            Spec = Groups.Billing.Spec with { Template = Groups.Billing.Spec.Template! with { Weight = 9 } },
        };
        await keeper.LookAfterAsync(Token);

        Assert.Equal(9u, registry.Only.Spec.Weight);
        Assert.Equal(2, registry.Writes.Count);
    }

    [Fact]
    public async Task Another_living_agent_with_the_same_address_keeps_its_entry_and_the_newcomer_says_so()
    {
        await using var first = Keeper();
        await using var second = Keeper(Groups.Vm with { Agent = "agent-vm-2" });
        await first.LookAfterAsync(Token);
        await second.LookAfterAsync(Token);

        Assert.Equal(RegistrationState.NameTaken, second.Status.State);
        Assert.Contains("127.30.1.10", second.Status.Message, StringComparison.Ordinal);
        Assert.Equal("agent-vm", registry.Only.Metadata.Annotations[RegistrationAnnotations.Controller]);

        await first.LeaveAsync(Token);
        await second.LookAfterAsync(Token);
        Assert.Equal("agent-vm-2", registry.Only.Metadata.Annotations[RegistrationAnnotations.Controller]);
    }

    [Fact]
    public async Task Leaving_removes_the_entry_for_good()
    {
        await using var keeper = Keeper();
        await keeper.LookAfterAsync(Token);
        await keeper.LeaveAsync(Token);
        await keeper.LookAfterAsync(Token);
        await keeper.ReportHealthAsync(new HealthChange(true, "ProbeSucceeded", "fine", time.GetUtcNow()), Token);

        Assert.Empty(registry.Entries);
        Assert.Equal(RegistrationState.Left, keeper.Status.State);
    }

    [Fact]
    public async Task Leaving_leaves_an_entry_alone_that_somebody_else_keeps_by_now()
    {
        await using var keeper = Keeper();
        await keeper.LookAfterAsync(Token);
        var entry = registry.Only;
        await registry.PutAsync(entry with
        {
            Metadata = entry.Metadata with
            {
                Annotations = entry.Metadata.Annotations.SetItem(RegistrationAnnotations.Controller, "istiod-0"),
            },
        }, Token);

        await keeper.LeaveAsync(Token);

        Assert.Single(registry.Entries);
    }

    [Fact]
    public async Task A_registry_out_of_reach_is_told_and_tried_again()
    {
        await using var keeper = Keeper();
        registry.Unreachable = true;
        await keeper.LookAfterAsync(Token);
        Assert.Equal(RegistrationState.Failing, keeper.Status.State);
        Assert.Contains("the disk is gone", keeper.Status.Message, StringComparison.Ordinal);

        registry.Unreachable = false;
        await keeper.LookAfterAsync(Token);
        Assert.Equal(RegistrationState.Registered, keeper.Status.State);
    }

    [Fact]
    public async Task Health_that_could_not_be_told_is_told_when_the_registry_is_back()
    {
        await using var keeper = Keeper();
        await keeper.LookAfterAsync(Token);
        await keeper.ReportHealthAsync(new HealthChange(true, "ProbeSucceeded", "fine", time.GetUtcNow()), Token);
        registry.Unreachable = true;
        await keeper.ReportHealthAsync(new HealthChange(false, "BadStatus", "answered 503", time.GetUtcNow()), Token);
        Assert.Equal(RegistrationState.Failing, keeper.Status.State);

        registry.Unreachable = false;
        await keeper.LookAfterAsync(Token);

        Assert.Equal("False", Assert.Single(registry.Only.Status!.Conditions).Status);
        var writes = registry.Writes.Count;
        await keeper.LookAfterAsync(Token);
        Assert.Equal(writes, registry.Writes.Count);
    }

    [Fact]
    public async Task A_registry_that_looking_is_a_load_for_is_looked_at_less_often()
    {
        registry = new MemoryRegistry { LookPeriod = TimeSpan.FromSeconds(10) };
        await using var keeper = Keeper();
        using var stop = new CancellationTokenSource();
        var running = keeper.RunAsync(stop.Token);
        await Eventually.HoldsAsync(() => keeper.Status.State == RegistrationState.Registered, "the entry is there");
        await registry.DeleteAsync(registry.Only, Token);

        time.Advance(TimeSpan.FromSeconds(7));
        Assert.Empty(registry.Entries);
        await Eventually.HoldsAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return registry.Entries.Count == 1;
            },
            "the entry is there again");

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task A_deleted_entry_is_back_within_a_second()
    {
        await using var keeper = Keeper();
        using var stop = new CancellationTokenSource();
        var running = keeper.RunAsync(stop.Token);
        await time.BeginsAsync(RegistrationKeeper.Period);
        await registry.DeleteAsync(registry.Only, Token);
        await time.PassAsync(RegistrationKeeper.Period);
        await time.BeginsAsync(RegistrationKeeper.Period);

        Assert.Single(registry.Entries);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task An_agent_that_lost_its_name_says_so_writes_nothing_and_gets_it_back_when_it_is_free()
    {
        await using var keeper = Keeper();
        await keeper.LookAfterAsync(Token);
        registry.LastClaim!.IsHeld = false;
        await keeper.LookAfterAsync(Token);
        Assert.Equal(RegistrationState.NameTaken, keeper.Status.State);
        var writes = registry.Writes.Count;
        await keeper.ReportHealthAsync(new HealthChange(true, "ProbeSucceeded", "fine", time.GetUtcNow()), Token);
        Assert.Equal(writes, registry.Writes.Count);

        registry.Free();
        await keeper.LookAfterAsync(Token);
        Assert.Equal(RegistrationState.Registered, keeper.Status.State);
        Assert.Equal("True", Assert.Single(registry.Only.Status!.Conditions).Status);
    }

    [Fact]
    public async Task A_sign_of_life_that_cannot_be_given_is_told_with_what_follows_from_it()
    {
        await using var keeper = Keeper();
        await keeper.LookAfterAsync(Token);
        registry.LastClaim!.Problem = "leases is forbidden";
        await keeper.LookAfterAsync(Token);

        Assert.Equal(RegistrationState.Registered, keeper.Status.State);
        Assert.Contains("leases is forbidden", keeper.Status.Message, StringComparison.Ordinal);
        Assert.Contains("takes this machine for dead", keeper.Status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_entry_tells_how_the_agent_is_and_is_written_again_for_what_matters_only_so_often()
    {
        var summary = new AgentSummary("1.2.3", time.GetUtcNow(), time.GetUtcNow().AddHours(24), null, 1, 0);
        await using var keeper = Keeper(summary: () => summary);
        await keeper.LookAfterAsync(Token);
        Assert.Equal(
            """{"version":"1.2.3","since":"2026-01-01T00:00:00+00:00","certificateExpires":"2026-01-02T00:00:00+00:00","configVersion":1,"configFindings":0}""",
            registry.Only.Metadata.Annotations[RegistrationAnnotations.Summary]);
        Assert.Equal(("AgentHealthy", "True"), Condition());

        // A mesh that changes all the time.
        await PassAsync(TimeSpan.FromMinutes(9), () => summary = summary with { ConfigVersion = summary.ConfigVersion + 1 });
        Assert.Single(registry.Writes);
        await PassAsync(TimeSpan.FromMinutes(2), () => summary = summary with { ConfigVersion = summary.ConfigVersion + 1 });
        Assert.Equal(2, registry.Writes.Count);

        summary = summary with { Problem = "identity: the CA refused the token" };
        await PassAsync(TimeSpan.FromSeconds(11));
        Assert.Equal(3, registry.Writes.Count);
        Assert.Equal(("AgentHealthy", "False"), Condition());
        Assert.Contains("the CA refused", registry.Only.Status!.Conditions.Single().Message, StringComparison.Ordinal);
        var since = registry.Only.Status.Conditions.Single().LastTransitionTime;

        summary = summary with { Problem = "identity: the CA cannot be reached" };
        await PassAsync(TimeSpan.FromSeconds(11));
        Assert.Equal(since, registry.Only.Status!.Conditions.Single().LastTransitionTime);
        summary = summary with { Problem = null, CertificateExpires = summary.CertificateExpires + TimeSpan.FromHours(12) };
        await PassAsync(TimeSpan.FromSeconds(11));
        Assert.Equal(("AgentHealthy", "True"), Condition());

        (string, string) Condition() => (registry.Only.Status!.Conditions.Single().Type, registry.Only.Status.Conditions.Single().Status);

        async Task PassAsync(TimeSpan span, Action? each = null)
        {
            for (var second = 0; second < span.TotalSeconds; second++)
            {
                time.Advance(TimeSpan.FromSeconds(1));
                each?.Invoke();
                await keeper.LookAfterAsync(Token);
            }
        }
    }

    [Fact]
    public async Task What_the_agent_tells_of_itself_does_not_contradict_a_gateway_either()
    {
        var summary = new AgentSummary("1.2.3", time.GetUtcNow(), null, null, 1, 0);
        await using var keeper = Keeper(summary: () => summary);
        await keeper.LookAfterAsync(Token);
        var denied = new IstioCondition { Type = "Healthy", Status = "False", Reason = "AgentUnreachable" };
        await registry.PutAsync(registry.Only with { Status = new IstioStatus { Conditions = [denied] } }, Token);
        summary = summary with { Problem = "identity: refused" };
        time.Advance(TimeSpan.FromHours(1));
        await keeper.LookAfterAsync(Token);

        Assert.Equal("AgentUnreachable", Assert.Single(registry.Only.Status!.Conditions).Reason);
    }

    private RegistrationKeeper Keeper(WorkloadInstance? instance = null, Func<AgentSummary>? summary = null) => new(
        instance ?? Groups.Vm, "legacy-billing", () => group, registry, time, NullLogger<RegistrationKeeper>.Instance, summary);
}
