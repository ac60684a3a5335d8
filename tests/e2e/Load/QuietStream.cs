using Grpc.Core;
using Grpc.Net.Client;
using Mesh.EndToEnd.Networks;
using Mesh.Payments.V1;

namespace Mesh.EndToEnd.Load;

/// <summary>A machine that watches the payments of a merchant who has none, across networks: a stream on which nothing is sent.</summary>
internal sealed class QuietStream : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly GrpcChannel channel;
    private readonly string merchant;
    private readonly AsyncServerStreamingCall<PaymentEvent> call;
    private readonly Task<string?> first;
    private readonly long opened = TimeProvider.System.GetTimestamp();

    private QuietStream(string machine, string merchant)
    {
        this.merchant = merchant;
        channel = Flows.Machine(machine);
        call = new Payments.V1.Payments.PaymentsClient(channel).WatchPayments(new WatchPaymentsRequest { Merchant = merchant });
        first = FirstAsync();
    }

    /// <summary>Opens the stream through routers that forget its connection when it is quiet.</summary>
    /// <param name="machine">Address of one whose agent has no other calls: they would share the connection, and it would not be quiet.</param>
    /// <param name="merchant">One without payments.</param>
    public static async Task<QuietStream> OpenAsync(string machine, CancellationToken cancellationToken, string merchant = "quiet")
    {
        await NetworkNamespaces.ForgetIdleAsync(true, cancellationToken);
        var stream = new QuietStream(machine, merchant);
        try
        {
            await stream.call.ResponseHeadersAsync.WaitAsync(Limit, cancellationToken);
            return stream;
        }
        catch (Exception failure) when (failure is RpcException or TimeoutException)
        {
            stream.Dispose();
            throw new LocalMeshException($"the quiet stream could not be opened: {failure.Message}");
        }
        finally
        {
            await NetworkNamespaces.ForgetIdleAsync(false, cancellationToken);
        }
    }

    /// <summary>How long nothing was sent on it.</summary>
    public TimeSpan Age => TimeProvider.System.GetElapsedTime(opened);

    /// <summary>Makes a payment of that merchant and waits until the stream tells of it.</summary>
    /// <returns>Null when it did, else what happened instead.</returns>
    public async Task<string?> ProveAsync(CancellationToken cancellationToken)
    {
        if (first.IsCompleted) return $"the stream ended while it was quiet: {await first ?? "an event came from nowhere"}";
        var request = new CreatePaymentRequest
        {
            IdempotencyKey = Guid.NewGuid().ToString(),
            Payment = new Payment
            {
                Merchant = merchant,
                PaymentMethod = "pm_card_visa",
                Amount = new Money { CurrencyCode = "EUR", MinorUnits = 100 },
            },
        };
        try
        {
            // Over the same connection to the agent: what is proved is the way behind it.
            await new Payments.V1.Payments.PaymentsClient(channel).CreatePaymentAsync(
                request, deadline: TimeProvider.System.GetUtcNow().UtcDateTime + Limit, cancellationToken: cancellationToken);
            return await first.WaitAsync(Limit, cancellationToken);
        }
        catch (RpcException failure)
        {
            return $"the payment to prove it failed: {failure.StatusCode}: {failure.Status.Detail}";
        }
        catch (TimeoutException)
        {
            return $"no event {Limit.TotalSeconds:0} s after the payment: the stream was lost and nobody said so";
        }
    }

    public void Dispose()
    {
        call.Dispose();
        channel.Dispose();
    }

    /// <returns>Null for an event, else how the stream ended.</returns>
    private async Task<string?> FirstAsync()
    {
        try
        {
            return await call.ResponseStream.MoveNext(CancellationToken.None) ? null : "end of stream";
        }
        catch (RpcException failure)
        {
            return $"{failure.StatusCode}: {failure.Status.Detail}";
        }
    }
}
