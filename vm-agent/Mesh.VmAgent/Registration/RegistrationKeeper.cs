using Mesh.Config.Registration;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Networking;
using Mesh.Hosting;
using Mesh.VmAgent.Health;

namespace Mesh.VmAgent.Registration;

/// <summary>
/// Keeps this machine's WorkloadEntry: writes it once its WorkloadGroup exists and the name is free, writes it again when
/// somebody deleted it or the group changed, carries health into its status, and removes it when the machine leaves.
/// </summary>
/// <param name="group">The WorkloadGroup as configuration has it now; null when there is none.</param>
/// <param name="summary">What the agent tells of itself in the entry; null for nothing.</param>
/// <param name="registry">Disposed with the keeper, if it can be.</param>
public sealed class RegistrationKeeper(
    WorkloadInstance instance,
    string groupName,
    Func<WorkloadGroup?> group,
    IWorkloadRegistry registry,
    TimeProvider time,
    ILogger<RegistrationKeeper> log,
    Func<AgentSummary>? summary = null) : IRegistration
{
    /// <summary>Until the entry is there, and after a first failure.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private const int DeleteAttempts = 3;

    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly string entryName = WorkloadEntryBuilder.Name(groupName, instance);
    private readonly DateTimeOffset connectedAt = time.GetUtcNow();
    private readonly SummaryTelling? telling = summary is null ? null : new SummaryTelling(summary, time);
    private IRegistrationClaim? claim;
    private string? unrenewed;
    private int failures;
    private WorkloadEntry? written;
    private HealthChange? health;
    private HealthChange? toldHealth;
    private volatile RegistrationStatus status = new(RegistrationState.Starting, "", "not tried yet");

    /// <summary>Raised after <see cref="Status"/> changed. Handlers must be quick and must not throw.</summary>
    public event Action<RegistrationStatus>? Changed;

    public RegistrationStatus Status => status;

    /// <summary>Looks after the entry until cancelled; does not remove it then.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await LookAfterAsync(cancellationToken).ConfigureAwait(false);
            await Task.Delay(UntilNextLook(), time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>One look, as <see cref="RunAsync"/> does it every period; also right after configuration changed.</summary>
    public Task LookAfterAsync(CancellationToken cancellationToken) => ExclusiveAsync(StepAsync, cancellationToken);

    /// <summary>Puts an edge of the application's health into the entry; kept for later when there is no entry yet.</summary>
    public Task ReportHealthAsync(HealthChange change, CancellationToken cancellationToken)
    {
        log.HealthChanged(change.Healthy ? "healthy" : "unhealthy", change.Message);
        return ExclusiveAsync(
            async token =>
            {
                health = change;
                if (written is null || IsOver) return;
                await WriteAsync(written, token).ConfigureAwait(false);
            },
            cancellationToken);
    }

    /// <summary>Frees the name without removing the entry. Nothing is written afterwards.</summary>
    public Task HandOverAsync(CancellationToken cancellationToken) => ExclusiveAsync(
        async _ =>
        {
            if (IsOver) return;
            Set(RegistrationState.HandedOver, "handed over: another process of this machine keeps the entry");
            log.RegistrationHandedOver(entryName, registry.Place);
            await ReleaseAsync().ConfigureAwait(false);
        },
        cancellationToken);

    /// <summary>Removes the entry, if it is still this agent's, and frees its name. Nothing is written afterwards.</summary>
    public Task LeaveAsync(CancellationToken cancellationToken) => ExclusiveAsync(
        async token =>
        {
            if (IsOver) return;
            var wasRegistered = written is not null;
            written = null;
            // Set before the deletion is tried: a failed deletion must not be undone by the next look.
            Set(RegistrationState.Left, "left: the entry was removed");
            if (wasRegistered) await DeleteOwnAsync(DeleteAttempts, token).ConfigureAwait(false);
            await ReleaseAsync().ConfigureAwait(false);
        },
        cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await ReleaseAsync().ConfigureAwait(false);
        (registry as IDisposable)?.Dispose();
        gate.Dispose();
    }

    /// <summary>How long a deleted entry is missing, too. Where looking is dear, agents that began together look at different times.</summary>
    private TimeSpan UntilNextLook()
    {
        var wait = status.State switch
        {
            RegistrationState.Registered => registry.LookPeriod,
            RegistrationState.Failing or RegistrationState.NameTaken => Period * Math.Pow(2, Math.Min(failures, 10)),
            _ => Period,
        };
        if (wait > registry.LookPeriod) wait = registry.LookPeriod;
        return wait > Period ? wait * (0.8 + (0.2 * Random.Shared.NextDouble())) : Period;
    }

    private bool IsOver => status.State is RegistrationState.Left or RegistrationState.HandedOver;

    private async Task ExclusiveAsync(Func<CancellationToken, Task> action, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await action(cancellationToken).ConfigureAwait(false);
            failures = status.State == RegistrationState.NameTaken ? failures + 1 : 0;
        }
        catch (IOException error)
        {
            failures++;
            if (status.State == RegistrationState.Left) log.CannotDeregister(entryName, registry.Place, error.Message);
            else Set(RegistrationState.Failing, $"cannot reach {registry.Place}: {error.Message}; trying again");
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task StepAsync(CancellationToken cancellationToken)
    {
        if (IsOver) return;
        if (group() is not { } current)
        {
            if (written is null)
            {
                Set(
                    RegistrationState.WaitingForGroup,
                    $"WorkloadGroup {instance.Namespace}/{groupName} does not exist (yet) in the configuration; create it, or correct --workload-group");
            }

            return;
        }

        if (WorkloadEntryBuilder.Refusal(current, instance) is { } refusal)
        {
            Set(RegistrationState.Refused, refusal);
            return;
        }

        if (claim is { IsHeld: false } lost)
        {
            log.NameLost(entryName, lost.Problem ?? "it ran out");
            written = null;
            await ReleaseAsync().ConfigureAwait(false);
        }

        claim ??= await registry.TryClaimAsync(instance.Namespace, entryName, instance.Agent, cancellationToken).ConfigureAwait(false);
        if (claim is null)
        {
            Set(
                RegistrationState.NameTaken,
                $"another running agent keeps WorkloadEntry {instance.Namespace}/{entryName}: two machines have the address "
                    + $"{instance.Address}; give one another --workload-address or --network");
            return;
        }

        await EnsureAsync(current, cancellationToken).ConfigureAwait(false);
    }

    private async Task EnsureAsync(WorkloadGroup current, CancellationToken cancellationToken)
    {
        var wanted = WorkloadEntryBuilder.Build(current, instance, connectedAt);
        var there = await registry.FindAsync(instance.Namespace, entryName, cancellationToken).ConfigureAwait(false);
        if (written is null) log.Registering(entryName, registry.Place);
        else if (there is null) log.EntryWasDeleted(entryName, registry.Place);
        else if (!SameApartFromStatus(wanted, written)) log.GroupChanged(groupName, entryName);
        else if (health is not null && !HealthCondition.IsIn(there)) log.HealthWasRemoved(entryName);
        // Equal only when it was written: while the registry could not be reached it was not.
        else if (ReferenceEquals(health, toldHealth))
        {
            // Whoever wrote that this machine is out of reach takes that back itself.
            if (telling is not { IsDue: true } || HealthCondition.IsDeniedIn(there))
            {
                SetRegistered();
                return;
            }

            log.TellingSummary(entryName);
        }

        await WriteAsync(wanted, cancellationToken).ConfigureAwait(false);
        SetRegistered();
    }

    private void SetRegistered()
    {
        var problem = claim?.Problem;
        if (problem is not null && problem != unrenewed) log.LeaseNotRenewed(entryName, problem);
        unrenewed = problem;
        Set(
            RegistrationState.Registered,
            problem is null
                ? $"registered in {registry.Place}"
                : $"registered in {registry.Place}, but its Lease cannot be renewed: {problem}; once it has run out, a gateway takes this machine for dead");
    }

    private async Task WriteAsync(WorkloadEntry entry, CancellationToken cancellationToken)
    {
        Invariant.Holds(claim is not null, $"the name {entryName} is this agent's");
        var withHealth = health is null ? entry : HealthCondition.With(entry, health);
        await registry.PutAsync(telling?.Tell(withHealth) ?? withHealth, cancellationToken).ConfigureAwait(false);
        (written, toldHealth) = (withHealth, health);
    }

    private async Task DeleteOwnAsync(int attempts, CancellationToken cancellationToken)
    {
        var there = await registry.FindAsync(instance.Namespace, entryName, cancellationToken).ConfigureAwait(false);
        var keeper = there?.Metadata.Annotations.GetValueOrDefault(RegistrationAnnotations.Controller);
        if (there is not null && keeper != instance.Agent)
        {
            log.EntryIsNotOurs(entryName, keeper ?? "nobody");
            return;
        }

        // Somebody may change it at this very moment, a gateway its condition for example.
        if (there is not null && !await registry.DeleteAsync(there, cancellationToken).ConfigureAwait(false) && attempts > 1)
        {
            await DeleteOwnAsync(attempts - 1, cancellationToken).ConfigureAwait(false);
            return;
        }

        log.Deregistered(entryName, registry.Place);
    }

    private async Task ReleaseAsync()
    {
        var held = Interlocked.Exchange(ref claim, null);
        if (held is not null) await held.DisposeAsync().ConfigureAwait(false);
    }

    private void Set(RegistrationState state, string message)
    {
        var next = new RegistrationStatus(state, $"{instance.Namespace}/{entryName}", message);
        if (next == status) return;
        status = next;
        log.RegistrationChanged(
            state is RegistrationState.Registered or RegistrationState.Left or RegistrationState.HandedOver ? LogLevel.Information : LogLevel.Warning, state, message);
        Changed?.Invoke(next);
    }

    private static bool SameApartFromStatus(WorkloadEntry one, WorkloadEntry other) =>
        MeshYaml.Write(one with { Status = null }) == MeshYaml.Write(other with { Status = null });
}
