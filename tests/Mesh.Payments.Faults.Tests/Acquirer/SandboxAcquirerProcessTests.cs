using System.Collections.Concurrent;
using System.Text.Json;
using Grpc.Core;
using Mesh.Acquirer.V1;
using Mesh.Payments.Faults.Processes;
using static Mesh.Payments.Faults.Tests.Acquirer.AcquirerRequests;

namespace Mesh.Payments.Faults.Tests.Acquirer;

/// <summary>The sandbox acquirer as a process that is killed and started again.</summary>
public sealed class SandboxAcquirerProcessTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly AcquirerProcess acquirer;

    public SandboxAcquirerProcessTests() => acquirer = new AcquirerProcess(folder.Path);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Mesh.Acquirer.V1.Acquirer.AcquirerClient Client => acquirer.Client;

    public async ValueTask InitializeAsync() => await acquirer.StartReadyAsync(Cancellation);

    public async ValueTask DisposeAsync()
    {
        await acquirer.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Killed_in_the_middle_of_load_it_forgets_nothing_it_answered()
    {
        var answered = new ConcurrentDictionary<string, Operation>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var load = Enumerable.Range(0, 8).Select(client => Task.Run(async () =>
        {
            for (var number = 0; !stop.IsCancellationRequested; number++)
            {
                var id = $"op-{client}-{number}";
                while (!answered.ContainsKey(id))
                {
                    try
                    {
                        answered[id] = await Client.ChargeAsync(Charge(id), deadline: In(TimeSpan.FromMinutes(1)), cancellationToken: Cancellation);
                    }
                    catch (RpcException) when (!Cancellation.IsCancellationRequested)
                    {
                        await Task.Delay(10, Cancellation);
                    }
                }
            }
        }, Cancellation)).ToList();

        foreach (var count in new[] { 50, 100 })
        {
            await Eventually.HoldsAsync(() => answered.Count >= count, Cancellation);
            await acquirer.KillAsync(Cancellation);
            await acquirer.StartReadyAsync(Cancellation);
        }

        await Eventually.HoldsAsync(() => answered.Count >= 150, Cancellation);
        await stop.CancelAsync();
        await Task.WhenAll(load);

        foreach (var (id, operation) in answered) Assert.Equal(operation, await Client.FindAsync(id, Cancellation));
        var ids = acquirer.Lines().Select(line => line.GetProperty("id").GetString()).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        using var http = new HttpClient();
        var listed = await http.GetStringAsync(new Uri(acquirer.Address, "/operations"), Cancellation);
        Assert.Equal(ids, listed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task A_torn_last_line_is_cut_off_and_a_broken_one_before_it_is_told_with_its_number()
    {
        await Client.ChargeAsync(Charge("op-1"), cancellationToken: Cancellation);
        await acquirer.KillAsync(Cancellation);
        await File.AppendAllTextAsync(acquirer.Log, "{\"id\":\"op-2\",\"ki", Cancellation);

        await acquirer.StartReadyAsync(Cancellation);
        Assert.NotNull(await Client.FindAsync("op-1", Cancellation));
        Assert.Null(await Client.FindAsync("op-2", Cancellation));
        await Client.ChargeAsync(Charge("op-3"), cancellationToken: Cancellation);
        Assert.Equal(["op-1", "op-3"], acquirer.Lines().Select(line => line.GetProperty("id").GetString()));

        await acquirer.KillAsync(Cancellation);
        await File.AppendAllTextAsync(acquirer.Log, "not an operation\n{}\n", Cancellation);
        acquirer.Process.Start();
        Assert.Equal(65, await acquirer.Process.EndAsync(Cancellation));
        await Eventually.HoldsAsync(() => acquirer.Process.LastWords.Contains("acquirer.jsonl:3 is not an operation", StringComparison.Ordinal), Cancellation);
    }

    [Fact]
    public async Task Two_processes_cannot_have_one_log()
    {
        await using var second = new AcquirerProcess(folder.Path);

        second.Process.Start();

        Assert.Equal(1, await second.Process.EndAsync(Cancellation));
        await Eventually.HoldsAsync(() => second.Process.LastWords.Contains("choose another with --log", StringComparison.Ordinal), Cancellation);
    }

    [Fact]
    public async Task SIGTERM_ends_it_with_0()
    {
        await acquirer.Process.TerminateAsync(Cancellation);

        Assert.Equal(0, await acquirer.Process.EndAsync(Cancellation));
    }

    private static DateTime In(TimeSpan span) => TimeProvider.System.GetUtcNow().UtcDateTime + span;
}
