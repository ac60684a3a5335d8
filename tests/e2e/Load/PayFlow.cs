using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Payments.Faults.Records;
using Mesh.Payments.V1;

namespace Mesh.EndToEnd.Load;

/// <summary>Pays over gRPC, each payment with a key of its own, and writes down what it asked for and what it was told.</summary>
/// <param name="timeout">For a call with all its attempts.</param>
/// <param name="retries">
/// As the documentation tells clients to: what was not decided is sent again with its key. Else each call is made once, and again only
/// where gRPC does that unseen, because the server never saw it.
/// </param>
internal sealed class PayFlow(string name, GrpcChannel channel, string logPath, TimeSpan timeout, bool retries) : IFlow
{
    private const string Merchant = "acme";
    private const string Currency = "EUR";
    private const string Method = "pm_card_visa";
    private const long Amount = 1250;

    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly Payments.V1.Payments.PaymentsClient client = new(channel);
    private readonly ClientLog log = new(logPath);
    private readonly Lock writing = new();
    private readonly List<(string Key, ClientEntry Entry)> open = [];

    public string Name => name;

    public async Task<string?> CallAsync(Trace trace, CancellationToken cancellationToken)
    {
        var key = NewKey();
        var entry = new ClientEntry
        {
            Kind = ClientEntryKind.Request,
            Time = TimeProvider.System.GetUtcNow(),
            Key = key,
            Method = "CreatePayment",
            Merchant = Merchant,
            Currency = Currency,
            Amount = Amount,
            PaymentMethod = Method,
        };
        Write(entry);
        var began = TimeProvider.System.GetTimestamp();
        string? failure;
        while (true)
        {
            failure = await SendAsync(entry, trace, retries ? AttemptTimeout : timeout, cancellationToken);
            if (failure is null || !retries || TimeProvider.System.GetElapsedTime(began) > timeout) break;
            await Task.Delay(Pause, cancellationToken);
        }

        if (failure is not null) lock (writing) open.Add((key, entry));
        return failure;
    }

    /// <summary>
    /// Sends again what got no answer, with its key, until it is decided: a client that was told nothing must be able to find out.
    /// </summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        foreach (var (_, entry) in open)
        {
            while (await SendAsync(entry, Trace.New(), AttemptTimeout, cancellationToken) is not null) await Task.Delay(Pause, cancellationToken);
        }

        open.Clear();
    }

    public void Dispose()
    {
        channel.Dispose();
        log.Dispose();
    }

    private async Task<string?> SendAsync(ClientEntry entry, Trace trace, TimeSpan limit, CancellationToken cancellationToken)
    {
        var request = new CreatePaymentRequest
        {
            IdempotencyKey = entry.Key,
            Payment = new Payment
            {
                Merchant = Merchant,
                PaymentMethod = Method,
                Amount = new Money { CurrencyCode = Currency, MinorUnits = Amount },
                Description = entry.Key,
            },
        };
        try
        {
            var options = new CallOptions(
                new Metadata { { "traceparent", trace.Header } },
                TimeProvider.System.GetUtcNow().UtcDateTime + limit, cancellationToken);
            var payment = await client.CreatePaymentAsync(request, options);
            var decided = payment.State != PaymentState.Processing;
            Write(entry with
            {
                Kind = decided ? ClientEntryKind.Answer : ClientEntryKind.Failure,
                Time = TimeProvider.System.GetUtcNow(),
                Code = nameof(StatusCode.OK),
                Payment = payment.Name,
                State = payment.State.ToString(),
                Captured = payment.AmountCaptured?.MinorUnits ?? 0,
            });
            return payment.State == PaymentState.Succeeded ? null : $"OK, but {payment.State}";
        }
        catch (RpcException failure)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Write(entry with { Kind = ClientEntryKind.Failure, Time = TimeProvider.System.GetUtcNow(), Code = failure.StatusCode.ToString() });
            return $"{failure.StatusCode}: {failure.Status.Detail}";
        }
    }

    private void Write(ClientEntry entry)
    {
        lock (writing) log.Write(entry);
    }

    // No digits: nothing in a description may look like a card number, which would be refused.
    private static string NewKey() =>
        string.Concat(Guid.NewGuid().ToString("N").Select(digit => char.IsAsciiDigit(digit) ? (char)('g' + digit - '0') : digit));
}
