using Mesh.Kubernetes.Leases;
using Mesh.Kubernetes.Registration;
using Mesh.Kubernetes.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Kubernetes.Tests.Leases;

/// <summary>A claim whose Lease meets with all that can happen to it, in simulated time.</summary>
public sealed class LeaseClaimTests
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(40);

    private readonly FakeTimeProvider time = new();
    private readonly OneLease store = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(typeof(HttpRequestException))]
    [InlineData(typeof(InvalidOperationException))]
    [InlineData(typeof(ObjectDisposedException))]
    [InlineData(typeof(TaskCanceledException))]
    public async Task Whatever_keeps_a_lease_from_being_renewed_is_told_and_tried_again_soon(Type kind)
    {
        await using var claim = await TakeAsync();
        store.Failure = (Exception)Activator.CreateInstance(kind, "out of order")!;
        await PassUntilAsync(() => claim.Problem is not null);
        Assert.True(claim.IsHeld);

        store.Failure = null;
        var writes = store.Writes;
        await PassUntilAsync(() => store.Writes > writes);
        await PassUntilAsync(() => claim.Problem is null);
    }

    [Fact]
    public async Task A_lease_that_was_deleted_is_made_again()
    {
        await using var claim = await TakeAsync();
        store.Record = null;
        await PassUntilAsync(() => store.Record is not null);

        Assert.Equal("agent-1", store.Record!.Holder);
        Assert.True(claim.IsHeld);
    }

    [Fact]
    public async Task A_lease_that_another_process_of_the_machine_renewed_is_shared_with_it()
    {
        await using var claim = await TakeAsync();
        store.Record = store.Record! with { ResourceVersion = "999" };
        await PassUntilAsync(() => store.Record.ResourceVersion != "999");

        Assert.True(claim.IsHeld);
    }

    [Fact]
    public async Task A_lease_that_somebody_else_has_by_now_is_neither_renewed_nor_deleted()
    {
        var claim = await TakeAsync();
        store.Record = store.Record! with { Holder = "agent-2", ResourceVersion = "999" };
        await PassUntilAsync(() => !claim.IsHeld);
        await claim.DisposeAsync();

        Assert.Equal(("agent-2", "999"), (store.Record.Holder, store.Record.ResourceVersion));
        Assert.Contains("agent-2", claim.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_successors_lease_survives_the_end_of_the_claim_also_when_nobody_has_noticed_yet()
    {
        var claim = await TakeAsync();
        store.Record = store.Record! with { ResourceVersion = "999" };
        await claim.DisposeAsync();

        Assert.NotNull(store.Record);
    }

    private async Task<LeaseClaim> TakeAsync()
    {
        var record = await new LeaseTaking(Duration, time).TryTakeAsync(store, "vm", "agent-1", "", Token);
        return new LeaseClaim(store, Assert.IsType<LeaseRecord>(record), _ => Task.FromResult(false), time);
    }

    private Task PassUntilAsync(Func<bool> condition) =>
        Eventually.Holds(condition, "what time brings", () => time.Advance(TimeSpan.FromSeconds(1)));

    private sealed class OneLease : ILeaseStore
    {
        private int version;

        public LeaseRecord? Record { get; set; }

        public Exception? Failure { get; set; }

        public int Writes { get; private set; }

        public Task<LeaseRecord?> ReadAsync(CancellationToken cancellationToken) =>
            Failure is null ? Task.FromResult(Record) : Task.FromException<LeaseRecord?>(Failure);

        public Task<LeaseRecord?> WriteAsync(LeaseRecord record, CancellationToken cancellationToken)
        {
            Writes++;
            if (Failure is not null) return Task.FromException<LeaseRecord?>(Failure);
            if (record.ResourceVersion != (Record?.ResourceVersion ?? "")) return Task.FromResult<LeaseRecord?>(null);
            return Task.FromResult<LeaseRecord?>(Record = record with { ResourceVersion = $"{++version}" });
        }

        public Task<bool> DeleteAsync(LeaseRecord record, CancellationToken cancellationToken)
        {
            if (record.ResourceVersion != Record?.ResourceVersion) return Task.FromResult(Record is null);
            Record = null;
            return Task.FromResult(true);
        }
    }
}
