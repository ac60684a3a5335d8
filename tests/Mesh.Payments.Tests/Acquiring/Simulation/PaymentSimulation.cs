using Grpc.Core;
using Mesh.Payments.Acquiring;
using Mesh.Payments.Api;
using Mesh.Payments.Domain;
using Mesh.Payments.Storage;
using Microsoft.Extensions.Time.Testing;
using Message = Mesh.Payments.Messaging.Message;

namespace Mesh.Payments.Tests.Acquiring.Simulation;

/// <summary>
/// Clients, replicas that die, and an acquirer that misbehaves, in simulated time. All that is decided by chance comes from one
/// seed; in which order two things that go on at once reach the store is left to the machine.
/// </summary>
internal sealed class PaymentSimulation(IDatabase store, int seed)
{
    private const int ReplicaCount = 2;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly Random random = new(seed);
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));
    private readonly List<SimulatedReplica> replicas = [];
    private readonly List<(Mutation Mutation, List<StoredAnswer> Answers)> requests = [];
    private readonly Lock gate = new();
    private int started;

    /// <summary>Whether replicas still die.</summary>
    private bool isCalm;

    public SimulatedAcquirer Acquirer { get; } = new(new Random(seed + 1));

    /// <summary>Each request with the answers that were decided, in the order in which they came.</summary>
    public IReadOnlyList<(Mutation Mutation, List<StoredAnswer> Answers)> Requests => requests;

    public int Deaths { get; private set; }

    public async Task RunAsync(int steps)
    {
        for (var i = 0; i < ReplicaCount; i++) replicas.Add(Start());
        for (var step = 0; step < steps; step++)
        {
            // By chance they die as well, but at least so often.
            if (step % 25 == 24) replicas[0].Die();
            await StepAsync();
            await RestAsync();
        }

        isCalm = true;
        Acquirer.GetWell();
        await FinishAsync();
    }

    /// <summary>The decided answer to a request that is sent once more, at the end.</summary>
    public async Task<StoredAnswer> RepeatAsync(Mutation mutation)
    {
        while (true)
        {
            var answer = Any().Processor.RunAsync(mutation, TestContext.Current.CancellationToken);
            await UntilAsync(() => Task.FromResult(answer.IsCompleted));
            if (IsDecided(mutation, await answer)) return await answer;
        }
    }

    private async Task StepAsync()
    {
        for (var i = 0; i < replicas.Count; i++)
        {
            if (!replicas[i].IsDead) continue;
            Deaths++;
            replicas[i] = Start();
        }

        switch (random.Next(10))
        {
            case < 3: Send(NewPayment()); break;
            case < 6 when requests.Count > 0: Send(await ChangeAsync()); break;
            case 6 when requests.Count > 0: Send(requests[random.Next(requests.Count)].Mutation); break;
            case 7: Acquirer.Speak(); break;
            case 8: await WorkAsync(Any()); break;
            default: time.Advance(TimeSpan.FromMilliseconds(random.Next(10, 6000))); break;
        }
    }

    private Mutation NewPayment()
    {
        var method = random.Next(2) == 0 ? CaptureMethod.Automatic : CaptureMethod.Manual;
        var payment = new NewPayment("acme", new Money("EUR", random.Next(1, 100_000)), method, "pm_card_visa", "");
        return PaymentMutations.Create("client", $"key-{requests.Count}", payment, isAsynchronous: random.Next(4) == 0, traceId: null);
    }

    private async Task<Mutation> ChangeAsync()
    {
        var payments = await ReadAsync("SELECT id, amount FROM payments ORDER BY id", row => (Id: row.GetString(0), Amount: row.GetInt64(1)));
        if (payments.Count == 0) return NewPayment();
        var (id, amount) = payments[random.Next(payments.Count)];
        Money? part = random.Next(2) == 0 ? null : new Money("EUR", random.NextInt64(1, amount + 1));
        var (method, decide) = random.Next(4) switch
        {
            0 => ("CancelPayment", (Func<Payment?, DateTimeOffset, PaymentDecision>)((payment, _) => PaymentMachine.Cancel(payment!))),
            1 => ("CapturePayment", (payment, _) => PaymentMachine.Capture(payment!, part)),
            _ => ("RefundPayment", (payment, _) => PaymentMachine.Refund(payment!, part)),
        };
        return new Mutation
        {
            Caller = "client",
            IdempotencyKey = $"key-{requests.Count}",
            Method = method,
            Fingerprint = Fingerprints.Of(id, Fingerprints.Of(part)),
            PaymentId = id,
            Decide = decide,
            Encode = Answers.Encode,
        };
    }

    /// <summary>A client sends it and may go away; he notes the answer when it is one.</summary>
    private void Send(Mutation mutation)
    {
        var known = requests.Find(request => request.Mutation.IdempotencyKey == mutation.IdempotencyKey);
        if (known.Mutation is null)
        {
            known = (mutation, []);
            requests.Add(known);
        }

        var replica = Any();
        var gone = random.Next(5) == 0 ? new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(50)), time) : null;
        _ = NoteAsync();

        async Task NoteAsync()
        {
            try
            {
                var answer = await replica.Processor.RunAsync(mutation, gone?.Token ?? CancellationToken.None);
                if (IsDecided(mutation, answer)) lock (gate) known.Answers.Add(answer);
            }
            catch (Exception exception) when (exception is OperationCanceledException or AcquirerBusyException or StoreUnavailableException)
            {
                // No answer: the client sends it again, or not.
            }
            finally
            {
                gone?.Dispose();
            }
        }
    }

    public static bool IsDecided(Mutation mutation, StoredAnswer answer) => answer.Code switch
    {
        (int)StatusCode.Aborted => false,
        (int)StatusCode.OK when mutation is { PaymentId: null, IsAsynchronous: false } => Answers.Decode(answer).State != V1.PaymentState.Processing,
        _ => true,
    };

    /// <summary>What a replica does by itself: messages, and operations that nobody holds.</summary>
    private async Task WorkAsync(SimulatedReplica replica)
    {
        replica.Reconcile();
        var waiting = await ReadAsync("SELECT body FROM messages ORDER BY id", row => row.GetString(0));
        if (waiting.Count > 0) _ = HandleAsync(replica, waiting[random.Next(waiting.Count)]);
    }

    /// <summary>Delivers a message, often more than once.</summary>
    private static async Task HandleAsync(SimulatedReplica replica, string operation)
    {
        try
        {
            await replica.Handler.HandleAsync(Message.New(OperationHandler.MessageType, operation, default), CancellationToken.None);
        }
        catch (OperationNotSettledException)
        {
            // It will come again.
        }
    }

    private async Task FinishAsync() => await UntilAsync(async () =>
    {
        for (var i = 0; i < replicas.Count; i++)
        {
            if (replicas[i].IsDead) replicas[i] = Start();
            replicas[i].Reconcile();
        }

        Acquirer.Speak();
        foreach (var id in await ReadAsync("SELECT id FROM acquirer_operations WHERE status = 1 AND lease_owner IS NULL ORDER BY id", row => row.GetString(0)))
            _ = HandleAsync(replicas[0], id);
        return (await ReadAsync("SELECT id FROM acquirer_operations WHERE status = 1", row => row.GetString(0))).Count == 0;
    });

    private async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        while (!await condition())
        {
            time.Advance(isCalm ? TimeSpan.FromSeconds(5) : TimeSpan.FromMilliseconds(500));
            await Task.Delay(1, deadline.Token);
        }
    }

    /// <summary>Lets go on what can go on without time passing.</summary>
    private async Task RestAsync()
    {
        for (var i = 0; i < 3; i++)
        {
            await Task.Delay(random.Next(3), TestContext.Current.CancellationToken);
            time.Advance(TimeSpan.FromMilliseconds(1));
        }
    }

    private SimulatedReplica Any()
    {
        var alive = replicas.Where(replica => !replica.IsDead).ToList();
        if (alive.Count > 0) return alive[random.Next(alive.Count)];
        Deaths++;
        return replicas[0] = Start();
    }

    private SimulatedReplica Start()
    {
        var own = new Random(seed + (100 * ++started));
        return new SimulatedReplica($"replica-{started}", store, Acquirer, () => Chance(own, 4), () => Chance(own, 6), time, own);
    }

    private CrashPoint Chance(Random own, int percent)
    {
        lock (own)
        {
            if (isCalm || own.Next(100) >= percent) return CrashPoint.None;
            return own.Next(2) == 0 ? CrashPoint.Before : CrashPoint.After;
        }
    }

    private async Task<IReadOnlyList<T>> ReadAsync<T>(string sql, Func<System.Data.Common.DbDataReader, T> read)
    {
        await using var session = await store.OpenAsync(TestContext.Current.CancellationToken);
        return await session.QueryAsync(sql, read, TestContext.Current.CancellationToken);
    }
}
