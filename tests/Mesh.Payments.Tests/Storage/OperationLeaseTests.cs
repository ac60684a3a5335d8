using Mesh.Payments.Acquiring;
using Mesh.Payments.Domain;
using Mesh.Payments.Storage;
using Mesh.Payments.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Payments.Tests.Storage;

/// <summary>Who may work on an operation, and for how long.</summary>
public abstract class OperationLeaseTests(StoreKind kind) : IAsyncLifetime
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);

    private readonly FakeTimeProvider time = new(DateTimeOffset.UtcNow);
    private TestStore folder = null!;
    private IDatabase store = null!;
    private OperationStore operations = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        folder = await TestStore.NewAsync(kind);
        store = await folder.Address.OpenAsync(null, Token);
        await new Migrator(store, time, NullLogger<Migrator>.Instance).RunAsync(Token);
        operations = new OperationStore(store, new PaymentReader(store), time);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await store.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Replicas_that_claim_at_once_never_get_the_same_operation()
    {
        var begun = await BeginAsync(40);
        time.Advance(Lease);

        var claims = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(
            () => operations.ClaimDueAsync($"replica-{i}", Lease, 40, Token), Token)));

        Assert.Equal(begun.Order(), claims.SelectMany(claim => claim).Select(operation => operation.Id).Order());
        Assert.All(claims.SelectMany(claim => claim), operation => Assert.True(operation.MayHaveBeenSent));
    }

    [Fact]
    public async Task Nobody_gets_an_operation_before_its_lease_is_over_and_who_extends_it_keeps_it()
    {
        var id = (await BeginAsync(1)).Single();

        Assert.Empty(await operations.ClaimDueAsync("other", Lease, 10, Token));
        time.Advance(Lease / 2);
        await operations.ExtendAsync(id, "first", Lease, Token);
        time.Advance(Lease / 2);
        Assert.Empty(await operations.ClaimDueAsync("other", Lease, 10, Token));
        time.Advance(Lease / 2);

        Assert.Equal(id, Assert.Single(await operations.ClaimDueAsync("other", Lease, 10, Token)).Id);
    }

    [Fact]
    public async Task Who_lost_his_lease_neither_extends_nor_returns_what_another_has_now()
    {
        var id = (await BeginAsync(1)).Single();
        time.Advance(Lease);
        await operations.ClaimDueAsync("second", Lease, 10, Token);

        await operations.ExtendAsync(id, "first", TimeSpan.FromDays(1), Token);
        await operations.PostponeAsync(id, "first", TimeSpan.Zero, "late", Token);
        await operations.ParkAsync(id, "first", "late", Token);

        var stored = await operations.FindAsync(id, Token);
        Assert.Equal(("second", OperationStatus.Pending, null), (stored!.LeaseOwner, stored.Status, stored.LastError));
        Assert.Empty(await operations.ClaimDueAsync("third", Lease, 10, Token));
    }

    [Fact]
    public async Task A_key_whose_answer_is_not_decided_outlives_its_time_and_is_not_free_for_another_request()
    {
        var id = (await BeginAsync(1)).Single();
        time.Advance(TimeSpan.FromDays(30));

        var repeated = await RunAsync(Create(0));

        Assert.Equal((id, null), (repeated.PendingOperation, repeated.Begun));
    }

    /// <summary>Payments that the replica "first" began, and died.</summary>
    private async Task<List<string>> BeginAsync(int count)
    {
        var ids = new List<string>();
        for (var i = 0; i < count; i++) ids.Add((await RunAsync(Create(i))).PendingOperation!);
        return ids;
    }

    private static Mutation Create(int number) => PaymentMutations.Create(
        "", $"key-{number}", new NewPayment("acme", new Money("EUR", 100), CaptureMethod.Automatic, "pm_card_visa", ""), isAsynchronous: false, null);

    private async Task<MutationResult> RunAsync(Mutation mutation)
    {
        await using var session = await store.OpenAsync(Token);
        var batch = new MutationBatch(session, [mutation], time.GetUtcNow(), new MutationSettings
        {
            KeyLifetime = TimeSpan.FromDays(2),
            WaitingLimit = 10,
            Serialize = _ => [],
            LeaseOwner = "first",
            Lease = Lease,
            MessageLease = Lease,
        });
        return (await batch.RunAsync(Token))[0].Value!;
    }
}
