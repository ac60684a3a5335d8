using Grpc.Core;

namespace Mesh.Payments.Tests.Support;

/// <summary>Calls that are expected to fail.</summary>
internal static class Rpc
{
    /// <summary>The code and the reason of the google.rpc.ErrorInfo of a call that must fail.</summary>
    public static async Task<(StatusCode Code, string? Reason, Google.Rpc.Status Status)> FailureAsync<T>(AsyncUnaryCall<T> call)
    {
        var exception = await Assert.ThrowsAsync<RpcException>(async () => await call);
        var status = exception.GetRpcStatus();
        Assert.NotNull(status);
        return (exception.StatusCode, status.GetDetail<Google.Rpc.ErrorInfo>()?.Reason, status);
    }

    /// <summary>Sends the same again while another operation of the payment waits for the acquirer, as a client does.</summary>
    public static async Task<T> UntilNotBusyAsync<T>(Func<AsyncUnaryCall<T>> call)
    {
        while (true)
        {
            try
            {
                return await call();
            }
            catch (RpcException exception) when (exception.StatusCode == StatusCode.Aborted)
            {
                Assert.NotNull(exception.GetRpcStatus()?.GetDetail<Google.Rpc.RetryInfo>());
                await Task.Delay(Random.Shared.Next(1, 20), TestContext.Current.CancellationToken);
            }
        }
    }

    /// <summary>Sends the same again until the acquirer has decided.</summary>
    public static async Task<V1.Payment> UntilDecidedAsync(V1.Payments.PaymentsClient client, V1.CreatePaymentRequest request)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            var payment = await client.CreatePaymentAsync(request, cancellationToken: deadline.Token);
            if (payment.State != V1.PaymentState.Processing) return payment;
            await Task.Delay(10, deadline.Token);
        }
    }
}
