using System.Globalization;

namespace Mesh.Bench.Payments;

/// <summary>pgbench's own transaction (TPC-B-like) with prepared statements, its best over several numbers of clients.</summary>
internal static class PgbenchPeer
{
    private const string Database = "pgbench";
    private static readonly int[] Clients = [1, 8, 16, 64];

    public static async Task<Figures> MeasureAsync(BenchPostgres server, bool quick)
    {
        await server.CreateAsync(Database);
        server.Pgbench(null, "-i", "-q", "-s", quick ? "5" : "100", Database);
        var best = new Figures(0, 0, 0);
        foreach (var clients in Clients)
        {
            var figures = Measure(server, clients, seconds: quick ? 2 : 15);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"pgbench, {clients,2} clients: {figures.PerSecond,8:0} per second, p50 {figures.MillisecondsP50:0.00} ms, p99 {figures.MillisecondsP99:0.00} ms"));
            if (figures.PerSecond > best.PerSecond) best = figures;
        }

        return best;
    }

    private static Figures Measure(BenchPostgres server, int clients, int seconds)
    {
        var logs = Directory.CreateTempSubdirectory("mesh-bench-pgbench-").FullName;
        try
        {
            server.Pgbench(logs, "-M", "prepared", "-n", "-c", $"{clients}", "-j", $"{Math.Min(clients, Environment.ProcessorCount)}",
                "-T", $"{seconds}", "-l", Database);
            // A line for each transaction: client, number, microseconds, script, time.
            var milliseconds = Directory.GetFiles(logs).SelectMany(File.ReadLines)
                .Select(line => double.Parse(line.Split(' ')[2], CultureInfo.InvariantCulture) / 1000).ToList();
            return Figures.Of(milliseconds, seconds);
        }
        finally
        {
            Directory.Delete(logs, recursive: true);
        }
    }
}
