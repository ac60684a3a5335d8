using System.Net.Sockets;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Hosting;
using Mesh.Payments.Domain;
using Wire = Mesh.Acquirer.V1;

namespace Mesh.Payments.Acquiring;

/// <summary>
/// An acquirer that serves acquirer.v1. What matters is to tell what was surely not done from what may have been done:
/// only a connection that never came to be, and what the acquirer itself says with its ErrorInfo, is the former.
/// </summary>
internal sealed class GrpcAcquirer : IAcquirer, IDisposable
{
    private const string ErrorDomain = "acquirer.v1";
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PingAfter = TimeSpan.FromSeconds(10);

    private readonly TimeSpan timeout;
    private readonly TimeProvider time;
    private readonly GrpcChannel channel;
    private readonly Wire.Acquirer.AcquirerClient client;

    /// <param name="timeout">How long one call may take before its outcome counts as unknown.</param>
    public GrpcAcquirer(Uri service, TimeSpan timeout, TimeProvider time)
    {
        Invariant.Holds(timeout > TimeSpan.Zero, $"acquirer timeout {timeout}");
        this.timeout = timeout;
        this.time = time;
        channel = GrpcChannel.ForAddress(service, new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                // With a callback the channel leaves connecting to the handler: no back-off keeps calls from an acquirer that is back.
                ConnectCallback = ConnectAsync,
                ConnectTimeout = timeout < ConnectTimeout ? timeout : ConnectTimeout,
                EnableMultipleHttp2Connections = true,
                // A peer that vanished without a word is noticed before the next call runs into it.
                KeepAlivePingDelay = PingAfter,
                KeepAlivePingTimeout = PingAfter,
                UseProxy = false,
            },
            DisposeHttpClient = true,
        });
        client = new Wire.Acquirer.AcquirerClient(channel);
    }

    public async Task<AcquirerOutcome> SendAsync(AcquirerOperation operation, CancellationToken cancellationToken)
    {
        Invariant.Holds(operation.Amount.IsPositive, $"operation {operation.Id} of {operation.Amount.MinorUnits}");
        try
        {
            using var call = Start(operation, Options(cancellationToken));
            return Read(operation.Id, await call.ResponseAsync.ConfigureAwait(false));
        }
        catch (RpcException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Refused(operation, exception);
        }
    }

    public async Task<AcquirerOutcome?> FindAsync(string operationId, CancellationToken cancellationToken)
    {
        try
        {
            var request = new Wire.GetOperationRequest { OperationId = operationId };
            using var call = client.GetOperationAsync(request, Options(cancellationToken));
            return Read(operationId, await call.ResponseAsync.ConfigureAwait(false));
        }
        catch (RpcException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Reason(exception) == "OPERATION_NOT_FOUND") return null;
            throw new AcquirerUnknownException($"the acquirer did not tell what became of operation {operationId}: {Text(exception)}", exception);
        }
    }

    public void Dispose() => channel.Dispose();

    private AsyncUnaryCall<Wire.Operation> Start(AcquirerOperation operation, CallOptions options)
    {
        var amount = new Wire.Amount { CurrencyCode = operation.Amount.Currency, MinorUnits = operation.Amount.MinorUnits };
        var payment = PaymentIds.NameOf(operation.PaymentId);
        return operation.Kind switch
        {
            AcquirerOperationKind.Authorize => client.AuthorizeAsync(new Wire.AuthorizeRequest
            {
                OperationId = operation.Id,
                Merchant = operation.Merchant,
                Payment = payment,
                PaymentMethod = operation.PaymentMethod,
                Amount = amount,
            }, options),
            AcquirerOperationKind.Charge => client.ChargeAsync(new Wire.ChargeRequest
            {
                OperationId = operation.Id,
                Merchant = operation.Merchant,
                Payment = payment,
                PaymentMethod = operation.PaymentMethod,
                Amount = amount,
            }, options),
            AcquirerOperationKind.Capture => client.CaptureAsync(new Wire.CaptureRequest
            {
                OperationId = operation.Id,
                OriginalOperationId = operation.OriginalId,
                Payment = payment,
                Amount = amount,
            }, options),
            AcquirerOperationKind.Void => client.VoidAsync(new Wire.VoidRequest
            {
                OperationId = operation.Id,
                OriginalOperationId = operation.OriginalId,
                Payment = payment,
            }, options),
            AcquirerOperationKind.Refund => client.RefundAsync(new Wire.RefundRequest
            {
                OperationId = operation.Id,
                OriginalOperationId = operation.OriginalId,
                Payment = payment,
                Amount = amount,
            }, options),
            _ => throw new InvariantException($"operation {operation.Id} is of kind {operation.Kind}"),
        };
    }

    private CallOptions Options(CancellationToken cancellationToken) =>
        new(deadline: time.GetUtcNow().UtcDateTime + timeout, cancellationToken: cancellationToken);

    private static AcquirerOutcome Read(string operationId, Wire.Operation answer)
    {
        Invariant.Holds(answer.OperationId == operationId, $"asked for operation {operationId}, answered {answer.OperationId}");
        return answer.State switch
        {
            Wire.OperationState.Approved => new AcquirerOutcome.Approved(answer.Reference),
            Wire.OperationState.Declined => new AcquirerOutcome.Declined(answer.DeclineCode, answer.DeclineMessage),
            Wire.OperationState.Pending => new AcquirerOutcome.Pending(),
            // A later version of the acquirer: nothing we may take for a decision.
            var state => throw new AcquirerUnknownException($"the acquirer says that operation {operationId} is {state}"),
        };
    }

    private static AcquirerOutcome.Declined Refused(AcquirerOperation operation, RpcException exception)
    {
        var reason = Reason(exception);
        Invariant.Holds(reason != "OPERATION_MISMATCH", $"operation {operation.Id} was sent before with other parameters: {operation}");
        if (reason == "INVALID_OPERATION") return new AcquirerOutcome.Declined("invalid_operation", exception.Status.Detail);
        if (reason == "NOT_ACCEPTED" || NeverConnected(exception))
            throw new AcquirerUnavailableException($"the acquirer did not take operation {operation.Id}: {Text(exception)}", exception);
        throw new AcquirerUnknownException($"the outcome of operation {operation.Id} is not known: {Text(exception)}", exception);
    }

    /// <summary>The reason of the acquirer's own ErrorInfo; null when a proxy, the transport or our deadline spoke.</summary>
    private static string? Reason(RpcException exception) =>
        exception.GetRpcStatus()?.GetDetail<ErrorInfo>() is { Domain: ErrorDomain } info ? info.Reason : null;

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Whether not a byte of the call left this process.</summary>
    private static bool NeverConnected(RpcException exception)
    {
        for (var cause = exception.Status.DebugException; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpRequestException
                {
                    HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                        or HttpRequestError.SecureConnectionError,
                })
                return true;
        }

        return false;
    }

    private static string Text(RpcException exception) => $"{exception.StatusCode}: {exception.Status.Detail}";
}
