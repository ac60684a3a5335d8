using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Mesh.Payments.Tests.Support;
using Mesh.Payments.V1;

namespace Mesh.Payments.Tests.Processes;

public abstract class KillTests(StoreKind kind)
{
    private const int Clients = 8;
    private const int Kills = 2;

    [Fact]
    public async Task Killed_in_the_middle_of_load_nothing_acknowledged_is_lost_and_nothing_is_booked_twice()
    {
        using var store = await TestStore.NewAsync(kind);
        var port = FreePort.Next();
        // The other replica stands on the same file all the time.
        await using var other = await TestServer.StartAsync(store, "other");
        var acknowledged = new ConcurrentDictionary<string, V1.Payment>();
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}");
        var client = new V1.Payments.PaymentsClient(channel.Intercept(new TestTokenInterceptor()));
        var process = await PaymentsProcess.StartReadyAsync(store.Address.ToString(), port);
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, Clients).Select(_ => PayAsync(client, acknowledged, stop.Token)).ToList();

        for (var kill = 1; kill <= Kills; kill++)
        {
            await UntilAsync(() => acknowledged.Count >= kill * 50);
            process.Kill();
            process.Dispose();
            process = await PaymentsProcess.StartReadyAsync(store.Address.ToString(), port);
        }

        await UntilAsync(() => acknowledged.Count >= (Kills + 1) * 50);
        await stop.CancelAsync();
        await Task.WhenAll(load);
        process.Dispose();

        var stored = await AllAsync(other.Client);
        Assert.Equal(stored.Count, stored.Select(payment => payment.Name).Distinct().Count());
        Assert.All(acknowledged.Values, payment => Assert.Equal(payment, stored.Single(one => one.Name == payment.Name)));
        Assert.Equal(acknowledged.Count, acknowledged.Values.Select(payment => payment.Name).Distinct().Count());
        // Each client finishes what it began, so every stored payment was acknowledged to somebody.
        Assert.Equal(acknowledged.Count, stored.Count);
        Assert.Empty(await Books.CheckAsync(other.Database));
    }

    /// <summary>Pays again and again; what fails is repeated with its key until it is answered.</summary>
    private static async Task PayAsync(
        V1.Payments.PaymentsClient client, ConcurrentDictionary<string, V1.Payment> acknowledged, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var request = Requests.Create(Random.Shared.Next(1, 100_000));
            while (true)
            {
                try
                {
                    var payment = await client.CreatePaymentAsync(request, cancellationToken: CancellationToken.None);
                    // The killed process had begun it, and the other has not finished it yet.
                    if (payment.State == PaymentState.Processing) continue;
                    acknowledged[request.IdempotencyKey] = payment;
                    break;
                }
                catch (RpcException exception) when (exception.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Cancelled or StatusCode.Aborted)
                {
                    await Task.Delay(5, TestContext.Current.CancellationToken);
                }
            }
        }
    }

    private static async Task<List<V1.Payment>> AllAsync(V1.Payments.PaymentsClient client)
    {
        var all = new List<V1.Payment>();
        var request = new ListPaymentsRequest { PageSize = 1000 };
        do
        {
            var page = await client.ListPaymentsAsync(request);
            all.AddRange(page.Payments);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return all;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        while (!condition()) await Task.Delay(10, deadline.Token);
    }
}
