using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Payments.V1;

namespace Mesh.EndToEnd.Load;

/// <summary>Reads a payment over gRPC.</summary>
internal sealed class ReadFlow(string name, GrpcChannel channel, string payment, TimeSpan timeout) : IFlow
{
    private readonly Payments.V1.Payments.PaymentsClient client = new(channel);

    public string Name => name;

    public async Task<string?> CallAsync(Trace trace, CancellationToken cancellationToken)
    {
        try
        {
            var options = new CallOptions(
                new Metadata { { "traceparent", trace.Header } },
                TimeProvider.System.GetUtcNow().UtcDateTime + timeout, cancellationToken);
            var answer = await client.GetPaymentAsync(new GetPaymentRequest { Name = payment }, options);
            return answer.Name == payment ? null : $"OK, but {answer.Name} instead of {payment}";
        }
        catch (RpcException failure)
        {
            return $"{failure.StatusCode}: {failure.Status.Detail}";
        }
    }

    public void Dispose() => channel.Dispose();
}
