using Mesh.Payments.Acquiring;
using Mesh.Payments.Api;
using Mesh.Payments.Domain;
using Mesh.Payments.Messaging;
using Mesh.Payments.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Payments.Tests.Acquiring.Simulation;

/// <summary>One process of the service without its listeners, which can die at any commit and at any call of the acquirer.</summary>
#pragma warning disable CA1001 // It dies; nobody disposes of it.
internal sealed class SimulatedReplica : IAcquirer
#pragma warning restore CA1001
{
    private readonly CrashingDatabase database;
    private readonly Reconciler reconciler;
    private readonly SimulatedAcquirer acquirer;
    private readonly Func<CrashPoint> diesAtCall;
    private Task reconciling = Task.CompletedTask;

    public SimulatedReplica(
        string name, IDatabase store, SimulatedAcquirer acquirer, Func<CrashPoint> diesAtCommit, Func<CrashPoint> diesAtCall, TimeProvider time, Random random)
    {
        this.acquirer = acquirer;
        this.diesAtCall = diesAtCall;
        database = new CrashingDatabase(store, diesAtCommit);
        var settings = new AcquiringSettings
        {
            Owner = name,
            Lease = TimeSpan.FromSeconds(5),
            MessageLease = TimeSpan.FromMinutes(15),
            Wait = TimeSpan.FromSeconds(8),
            Limit = 100,
            GiveUpAfter = TimeSpan.FromDays(365),
            Fees = new FeeSchedule(250, 30),
            Encode = Answers.Encode,
        };
        var mutations = new MutationQueue(database, new MutationSettings
        {
            KeyLifetime = TimeSpan.FromDays(30),
            WaitingLimit = 1000,
            Serialize = payment => Google.Protobuf.MessageExtensions.ToByteArray(PaymentMessages.Of(payment)),
            LeaseOwner = name,
            Lease = settings.Lease,
            MessageLease = settings.MessageLease,
        }, new ChangeSignal(), new MessageSignal(), time, NullLogger<MutationQueue>.Instance);
        var metrics = new AcquiringMetrics(time);
        var payments = new PaymentReader(database);
        var operations = new OperationStore(database, payments, time);
        var runner = new OperationRunner(this, mutations, operations, settings, metrics, time, random, NullLogger<OperationRunner>.Instance);
        Processor = new PaymentProcessor(mutations, runner, operations, payments, settings, metrics, time);
        reconciler = new Reconciler(operations, runner, settings, time, NullLogger<Reconciler>.Instance);
        Handler = new OperationHandler(operations, runner, settings);
    }

    public bool IsDead => database.IsDead;

    public PaymentProcessor Processor { get; }

    public OperationHandler Handler { get; }

    /// <summary>Begins to look for operations that nobody holds, unless it is at it.</summary>
    public void Reconcile()
    {
        if (reconciling.IsCompleted) reconciling = reconciler.RunOnceAsync(CancellationToken.None);
    }

    public void Die() => database.Die();

    public Task<AcquirerOutcome> SendAsync(AcquirerOperation operation, CancellationToken cancellationToken) =>
        CallAsync(() => acquirer.SendAsync(operation, cancellationToken));

    public Task<AcquirerOutcome?> FindAsync(string operationId, CancellationToken cancellationToken) =>
        CallAsync(() => acquirer.FindAsync(operationId));

    private async Task<T> CallAsync<T>(Func<Task<T>> call)
    {
        var point = diesAtCall();
        if (point == CrashPoint.Before) Die();
        await database.HangIfDeadAsync();
        try
        {
            return await call();
        }
        finally
        {
            if (point == CrashPoint.After) Die();
            await database.HangIfDeadAsync();
        }
    }
}
