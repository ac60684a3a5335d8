using Mesh.Payments.Acquiring;
using Mesh.Payments.Domain;
using Mesh.Payments.Storage;
using Mesh.Payments.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Payments.Tests.Acquiring.Simulation;

public abstract class SimulationTests(StoreKind kind)
{
    private const int Steps = 100;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Another seed, or several, can be tried with MESH_SIMULATION_SEEDS=FIRST-LAST.</summary>
    public static TheoryData<int> Seeds
    {
        get
        {
            var asked = Environment.GetEnvironmentVariable("MESH_SIMULATION_SEEDS")?.Split('-');
            return asked is [var first, var last]
                ? [.. Enumerable.Range(int.Parse(first), int.Parse(last) - int.Parse(first) + 1)]
                : [1, 2];
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Whoever_dies_and_whatever_the_acquirer_does_what_it_did_is_booked_once_and_each_request_has_one_answer(int seed)
    {
        using var folder = await TestStore.NewAsync(kind);
        await using var store = await folder.Address.OpenAsync(null, Token);
        await new Migrator(store, TimeProvider.System, NullLogger<Migrator>.Instance).RunAsync(Token);
        var simulation = new PaymentSimulation(store, seed);

        await simulation.RunAsync(Steps);

        // Not a quiet run, or it proves nothing.
        Assert.True(simulation.Deaths > 0 && simulation.Acquirer.Log.Count > 5, $"seed {seed}: {simulation.Deaths} deaths, {simulation.Acquirer.Log.Count} operations");
        Assert.Empty(simulation.Acquirer.Complaints);
        Assert.Empty(await Books.CheckAsync(store));
        await CheckOperationsAsync(store, simulation.Acquirer);
        await CheckPaymentsAsync(store, simulation.Acquirer);
        await CheckAnswersAsync(store, simulation);
    }

    /// <summary>The acquirer's log and ours are the same, one to one.</summary>
    private static async Task CheckOperationsAsync(IDatabase store, SimulatedAcquirer acquirer)
    {
        var ours = await ReadAsync(store, "SELECT id, status, amount FROM acquirer_operations",
            row => (Id: row.GetString(0), Status: (OperationStatus)row.GetInt16(1), Amount: row.GetInt64(2)));
        var theirs = acquirer.Log.Select(entry => (entry.Key,
            entry.Value.Outcome is AcquirerOutcome.Approved ? OperationStatus.Approved : OperationStatus.Declined,
            entry.Value.Operation.Amount.MinorUnits));
        Assert.Equal(theirs.Order(), ours.Order());
    }

    /// <summary>A payment says of itself what the acquirer did.</summary>
    private static async Task CheckPaymentsAsync(IDatabase store, SimulatedAcquirer acquirer)
    {
        var payments = await ReadAsync(store, $"SELECT {PaymentRows.Columns} FROM payments", PaymentRows.Read);
        foreach (var payment in payments)
        {
            long Sum(params AcquirerOperationKind[] kinds) => acquirer.Log.Values
                .Where(entry => entry.Operation.PaymentId == payment.Id && entry.Outcome is AcquirerOutcome.Approved && kinds.Contains(entry.Operation.Kind))
                .Sum(entry => entry.Operation.Amount.MinorUnits);

            Assert.Null(payment.PendingOperation);
            Assert.Equal(Sum(AcquirerOperationKind.Charge, AcquirerOperationKind.Capture), payment.Captured.MinorUnits);
            Assert.Equal(Sum(AcquirerOperationKind.Refund), payment.Refunded.MinorUnits);
            Assert.Equal(Sum(AcquirerOperationKind.Void) > 0, payment.State == PaymentState.Canceled);
        }
    }

    /// <summary>All answers that were decided for a key are one answer, and repeated now it is given again.</summary>
    private static async Task CheckAnswersAsync(IDatabase store, PaymentSimulation simulation)
    {
        var created = new List<string>();
        foreach (var (mutation, answers) in simulation.Requests)
        {
            var last = await simulation.RepeatAsync(mutation);
            foreach (var answer in answers) Assert.Equal((last.Code, Convert.ToHexString(last.Body)), (answer.Code, Convert.ToHexString(answer.Body)));
            if (mutation.PaymentId is null) created.Add(last.PaymentId!);
        }

        Assert.Equal(created.Order(), (await ReadAsync(store, "SELECT id FROM payments", row => row.GetString(0))).Order());
    }

    private static async Task<IReadOnlyList<T>> ReadAsync<T>(IDatabase store, string sql, Func<System.Data.Common.DbDataReader, T> read)
    {
        await using var session = await store.OpenAsync(Token);
        return await session.QueryAsync(sql, read, Token);
    }
}
