using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Payments.Faults.Records;
using Mesh.Payments.V1;

namespace Mesh.Payments.Faults.Load;

/// <summary>
/// A client as the documentation tells one to be: every mutation has a key, is sent again with it until it is decided, and
/// goes to the next replica when one does not answer. It writes down what it sends before it does, and what it was told.
/// </summary>
public sealed class PaymentClient : IDisposable
{
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(400);

    private readonly List<(GrpcChannel Channel, V1.Payments.PaymentsClient Client)> replicas;
    private readonly ClientLog log;
    private readonly AckClock clock;
    private readonly TimeProvider time;
    private int current;

    /// <param name="replicas">Addresses of the service, any of which will do.</param>
    public PaymentClient(IEnumerable<Uri> replicas, string logPath, AckClock clock, TimeProvider time)
    {
        this.replicas = [.. replicas.Select(Connect)];
        log = new ClientLog(logPath);
        this.clock = clock;
        this.time = time;
    }

    /// <returns>The payment as decided; null when it was declined or refused.</returns>
    public Task<Payment?> CreateAsync(
        string merchant, Money amount, CaptureMethod capture, string paymentMethod, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(amount);
        var key = NewKey();
        var request = new CreatePaymentRequest
        {
            IdempotencyKey = key,
            Payment = new Payment
            {
                Merchant = merchant,
                Amount = amount,
                CaptureMethod = capture,
                PaymentMethod = paymentMethod,
                Description = key,
            },
        };
        var entry = Entry(key, "CreatePayment") with
        {
            Merchant = merchant,
            Currency = amount.CurrencyCode,
            Amount = amount.MinorUnits,
            IsManual = capture == CaptureMethod.Manual,
            PaymentMethod = paymentMethod,
        };
        return UntilDecidedAsync(entry, (client, options) => client.CreatePaymentAsync(request, options), cancellationToken);
    }

    /// <param name="amount">Null captures all.</param>
    public Task<Payment?> CaptureAsync(Payment payment, Money? amount, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(payment);
        var request = new CapturePaymentRequest { IdempotencyKey = NewKey(), Name = payment.Name, Amount = amount };
        return UntilDecidedAsync(
            Entry(request.IdempotencyKey, "CapturePayment") with { Payment = payment.Name, Amount = amount?.MinorUnits },
            (client, options) => client.CapturePaymentAsync(request, options), cancellationToken);
    }

    public Task<Payment?> CancelAsync(Payment payment, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(payment);
        var request = new CancelPaymentRequest { IdempotencyKey = NewKey(), Name = payment.Name };
        return UntilDecidedAsync(
            Entry(request.IdempotencyKey, "CancelPayment") with { Payment = payment.Name },
            (client, options) => client.CancelPaymentAsync(request, options), cancellationToken);
    }

    /// <param name="amount">Null refunds all that is left.</param>
    public Task<Payment?> RefundAsync(Payment payment, Money? amount, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(payment);
        var request = new RefundPaymentRequest { IdempotencyKey = NewKey(), Name = payment.Name, Amount = amount };
        return UntilDecidedAsync(
            Entry(request.IdempotencyKey, "RefundPayment") with { Payment = payment.Name, Amount = amount?.MinorUnits },
            (client, options) => client.RefundPaymentAsync(request, options), cancellationToken);
    }

    public void Dispose()
    {
        foreach (var (channel, _) in replicas) channel.Dispose();
        log.Dispose();
    }

    private static (GrpcChannel Channel, V1.Payments.PaymentsClient Client) Connect(Uri address)
    {
        // A handler of our own leaves reconnecting to it: gRPC's channel would wait longer and longer for a replica that is back.
        var handler = new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2), ConnectCallback = DialAsync };
        var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
        return (channel, new V1.Payments.PaymentsClient(channel));
    }

    private static async ValueTask<Stream> DialAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<Payment?> UntilDecidedAsync(
        ClientEntry request, Func<V1.Payments.PaymentsClient, CallOptions, AsyncUnaryCall<Payment>> send, CancellationToken cancellationToken)
    {
        log.Write(request);
        for (var pause = ShortestPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            var (answer, payment) = await AttemptAsync(request, send, cancellationToken);
            log.Write(answer);
            if (answer.Kind == ClientEntryKind.Answer)
            {
                clock.Tick();
                return payment;
            }

            current = (current + 1) % replicas.Count;
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    private async Task<(ClientEntry Answer, Payment? Payment)> AttemptAsync(
        ClientEntry request, Func<V1.Payments.PaymentsClient, CallOptions, AsyncUnaryCall<Payment>> send, CancellationToken cancellationToken)
    {
        try
        {
            var options = new CallOptions(deadline: time.GetUtcNow().UtcDateTime + AttemptTimeout, cancellationToken: cancellationToken);
            using var call = send(replicas[current].Client, options);
            var payment = await call;
            var answer = request with
            {
                // Accepted and not decided: the same key tells the decision later.
                Kind = payment.State == PaymentState.Processing ? ClientEntryKind.Failure : ClientEntryKind.Answer,
                Time = time.GetUtcNow(),
                Code = nameof(StatusCode.OK),
                Payment = payment.Name,
                State = payment.State.ToString(),
                Captured = payment.AmountCaptured?.MinorUnits ?? 0,
                Refunded = payment.AmountRefunded?.MinorUnits ?? 0,
            };
            return (answer, payment);
        }
        catch (RpcException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return (request with
            {
                Kind = IsDecision(exception.StatusCode) ? ClientEntryKind.Answer : ClientEntryKind.Failure,
                Time = time.GetUtcNow(),
                Code = exception.StatusCode.ToString(),
                Reason = exception.GetRpcStatus()?.GetDetail<Google.Rpc.ErrorInfo>()?.Reason,
            }, null);
        }
    }

    /// <summary>All others say nothing about the payment: whoever gets one sends the key again.</summary>
    private static bool IsDecision(StatusCode code) => code is StatusCode.FailedPrecondition or StatusCode.InvalidArgument
        or StatusCode.NotFound or StatusCode.AlreadyExists or StatusCode.PermissionDenied or StatusCode.OutOfRange or StatusCode.Unimplemented;

    private ClientEntry Entry(string key, string method) =>
        new() { Kind = ClientEntryKind.Request, Time = time.GetUtcNow(), Key = key, Method = method };

    // No digits: nothing in a description may look like a card number, which would be refused.
    private static string NewKey() => string.Concat(Guid.NewGuid().ToString("N").Select(digit => char.IsAsciiDigit(digit) ? (char)('g' + digit - '0') : digit));
}
