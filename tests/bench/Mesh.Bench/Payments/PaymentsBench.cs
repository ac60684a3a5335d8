using Mesh.Payments.V1;

namespace Mesh.Bench.Payments;

/// <summary>The ledger and payments through gRPC, beside pgbench on the same server.</summary>
internal static class PaymentsBench
{
    private const string Database = "payments";
    private const int PaymentCallers = 256;
    private static readonly int[] TransferCallers = [1, 16, 64, 256, 1024];

    public static async Task<int> RunAsync(string[] options)
    {
        try
        {
            return await MeasureAsync(options);
        }
#pragma warning disable CA1031 // Whatever failed, the server and the service have been stopped on the way here.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Console.Error.WriteLine($"mesh-bench: {exception}");
            return 1;
        }
    }

    private static async Task<int> MeasureAsync(string[] options)
    {
        var quick = options.Contains("--quick");
        var json = Array.IndexOf(options, "--json") is >= 0 and var at && at + 1 < options.Length ? options[at + 1] : null;
        var (warmUp, measured) = (TimeSpan.FromSeconds(quick ? 0.5 : 3), TimeSpan.FromSeconds(quick ? 2 : 15));
        using var server = BenchPostgres.Start();
        if (server is null)
        {
            Console.Error.WriteLine("mesh-bench: PostgreSQL with pgbench is not installed (apt-get install postgresql)");
            return 1;
        }

        Console.WriteLine($"payments, {BenchReport.Machine()}, {server.Version}");
        var peer = await PgbenchPeer.MeasureAsync(server, quick);
        await server.CreateAsync(Database);
        using var service = await BenchService.StartAsync(server.ConnectionString(Database) + ";Maximum Pool Size=20");
        var ledger = new LedgerLoad(service, quick ? 1_000 : 100_000);
        await ledger.PrepareAsync();
        await server.ExecuteAsync(Database, "VACUUM ANALYZE");

        var results = new List<BenchResult>();
        foreach (var callers in TransferCallers)
        {
            var figures = await ledger.RunAsync(callers, warmUp, measured);
            results.AddRange(figures.Results($"transfers-{callers}", peer));
        }

        var kept = await server.CountAsync(Database, "SELECT COUNT(*) FROM transfers");
        if (kept != ledger.Created) throw new InvalidOperationException($"{ledger.Created} transfers were acknowledged and {kept} are in the ledger");
        results.AddRange((await PayAsync(service, warmUp, measured)).Results($"payments-{PaymentCallers}", peer));

        Console.WriteLine();
        BenchReport.Print(results);
        if (json is not null)
            BenchReport.Write(json, "payments", results, new Dictionary<string, string> { ["pgbench"] = server.Version });
        return 0;
    }

    /// <summary>Authorized and captured at once by the sandbox acquirer in the service's process.</summary>
    private static async Task<Figures> PayAsync(BenchService service, TimeSpan warmUp, TimeSpan measured)
    {
        var clients = service.PaymentsChannels(PaymentCallers).ConvertAll(channel => new Mesh.Payments.V1.Payments.PaymentsClient(channel));
        var (figures, _) = await Load.RunAsync(PaymentCallers, warmUp, measured, async (caller, random) =>
        {
            var payment = await clients[caller % clients.Count].CreatePaymentAsync(new CreatePaymentRequest
            {
                IdempotencyKey = $"{Guid.CreateVersion7():N}",
                Payment = new Payment
                {
                    Amount = new Money { CurrencyCode = "EUR", MinorUnits = 1 + random.Next(10_000) },
                    PaymentMethod = "pm_card_visa",
                    Merchant = $"shop-{random.Next(100)}",
                },
            });
            if (payment.State != PaymentState.Succeeded) throw new InvalidOperationException($"a payment is {payment.State}");
        });
        return figures;
    }
}
