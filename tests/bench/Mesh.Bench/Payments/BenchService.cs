using System.Diagnostics;
using System.Net.Sockets;
using Grpc.Net.Client;

namespace Mesh.Bench.Payments;

/// <summary>mesh-payments as a process of its own, on the bench's PostgreSQL.</summary>
internal sealed class BenchService : IDisposable
{
    /// <summary>Callers on one connection: a server allows 100 streams.</summary>
    private const int CallersPerConnection = 64;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly Process process;
    private readonly Uri payments;
    private readonly Uri ledger;

    private BenchService(Process process, Uri payments, Uri ledger)
    {
        this.process = process;
        this.payments = payments;
        this.ledger = ledger;
    }

    /// <summary>When it returns, it is ready.</summary>
    public static async Task<BenchService> StartAsync(string connectionString)
    {
        var (payments, ledger) = ($"127.0.0.1:{FreePort.Next()}", $"127.0.0.1:{FreePort.Next()}");
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "mesh-payments.dll"),
            "--listen", payments, "--ledger-listen", ledger, "--store", $"postgres:{connectionString}", "--log-level", "warning"]);
        var service = new BenchService(Process.Start(start)!, new Uri($"http://{payments}"), new Uri($"http://{ledger}"));
        await service.WaitAsync();
        return service;
    }

    public TimeSpan ProcessorTime => process.TotalProcessorTime;

    public List<GrpcChannel> PaymentsChannels(int callers) => Channels(payments, callers);

    public List<GrpcChannel> LedgerChannels(int callers) => Channels(ledger, callers);

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }

    private static List<GrpcChannel> Channels(Uri address, int callers) =>
        [.. Enumerable.Range(0, (callers + CallersPerConnection - 1) / CallersPerConnection).Select(_ => GrpcChannel.ForAddress(address))];

    private async Task WaitAsync()
    {
        using var http = new HttpClient();
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < StartTimeout && !process.HasExited)
        {
            try
            {
                using var response = await http.GetAsync(new Uri(payments, "/healthz/ready"));
                if (response.IsSuccessStatusCode) return;
            }
            catch (Exception exception) when (exception is HttpRequestException or SocketException)
            {
                // Not listening yet.
            }

            await Task.Delay(20);
        }

        throw new InvalidOperationException("mesh-payments did not become ready");
    }
}
