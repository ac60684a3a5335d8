using Grpc.Core;
using Mesh.Payments.Acquiring;
using Mesh.Payments.Domain;
using Mesh.Payments.Storage;

namespace Mesh.Payments.Api;

/// <summary>payments.v1.Payments: checks requests, makes mutations of them, and answers with what was decided.</summary>
internal sealed class PaymentsService(PaymentProcessor processor, PaymentReader reader, MerchantAccess access, PaymentWatch watch)
    : V1.Payments.PaymentsBase
{
    private const int DefaultPageSize = 50;
    private const int LargestPageSize = 1000;
    private const string KeyHeader = "idempotency-key";
    private const string ReplayedHeader = "idempotent-replayed";

    public override Task<V1.Payment> CreatePayment(V1.CreatePaymentRequest request, ServerCallContext context)
    {
        var checks = new RequestChecks();
        var key = checks.Key(request.IdempotencyKey, Header(context));
        var payment = checks.Payment(request.Payment);
        var isAsynchronous = checks.IsAsynchronous(request.Processing);
        checks.ThrowIfAny();
        CheckAccess(context, payment.Merchant);
        var caller = Caller.Of(context.GetHttpContext());
        return RunAsync(context, PaymentMutations.Create(caller.Identity, key, payment, isAsynchronous, caller.TraceId));
    }

    public override async Task<V1.Payment> GetPayment(V1.GetPaymentRequest request, ServerCallContext context)
    {
        var checks = new RequestChecks();
        var id = checks.PaymentId(request.Name);
        checks.ThrowIfAny();
        var payment = await reader.GetAsync(id, context.CancellationToken).ConfigureAwait(false);
        return payment is null || !access.Allows(Identity(context), payment.Merchant) ? throw Errors.NotFound(id).ToRpcException() : PaymentMessages.Of(payment);
    }

    public override async Task<V1.ListPaymentsResponse> ListPayments(V1.ListPaymentsRequest request, ServerCallContext context)
    {
        var checks = new RequestChecks();
        if (request.PageSize < 0) checks.Wrong("page_size", "must not be negative");
        var after = request.PageToken.Length == 0 ? PaymentPosition.Start : PageTokens.Read(request.PageToken, request.Filter);
        if (after is null) checks.Wrong("page_token", "is not the next_page_token of a call with this filter");
        var filter = Filter(checks, request.Filter);
        checks.ThrowIfAny();

        var size = request.PageSize == 0 ? DefaultPageSize : Math.Min(request.PageSize, LargestPageSize);
        // One more than asked for tells whether there is another page.
        var found = await reader.ListAsync(
            filter with { Merchants = access.Merchants(Identity(context)) }, after!.Value, size + 1, context.CancellationToken).ConfigureAwait(false);
        var response = new V1.ListPaymentsResponse();
        response.Payments.AddRange(found.Take(size).Select(PaymentMessages.Of));
        if (found.Count > size) response.NextPageToken = PageTokens.Write(PaymentPosition.Of(found[size - 1]), request.Filter);
        return response;
    }

    public override Task<V1.Payment> CapturePayment(V1.CapturePaymentRequest request, ServerCallContext context)
    {
        var checks = new RequestChecks();
        var key = checks.Key(request.IdempotencyKey, Header(context));
        var id = checks.PaymentId(request.Name);
        var amount = checks.Amount("amount", request.Amount);
        checks.ThrowIfAny();
        return RunAsync(context, nameof(CapturePayment), key, id, Fingerprints.Of(id, Fingerprints.Of(amount)),
            (payment, _) => PaymentMachine.Capture(payment!, amount));
    }

    public override Task<V1.Payment> CancelPayment(V1.CancelPaymentRequest request, ServerCallContext context)
    {
        var checks = new RequestChecks();
        var key = checks.Key(request.IdempotencyKey, Header(context));
        var id = checks.PaymentId(request.Name);
        checks.ThrowIfAny();
        return RunAsync(context, nameof(CancelPayment), key, id, Fingerprints.Of(id), (payment, _) => PaymentMachine.Cancel(payment!));
    }

    public override Task<V1.Payment> RefundPayment(V1.RefundPaymentRequest request, ServerCallContext context)
    {
        var checks = new RequestChecks();
        var key = checks.Key(request.IdempotencyKey, Header(context));
        var id = checks.PaymentId(request.Name);
        var amount = checks.Amount("amount", request.Amount);
        checks.ThrowIfAny();
        return RunAsync(context, nameof(RefundPayment), key, id, Fingerprints.Of(id, Fingerprints.Of(amount)),
            (payment, _) => PaymentMachine.Refund(payment!, amount));
    }

    public override Task WatchPayments(
        V1.WatchPaymentsRequest request, IServerStreamWriter<V1.PaymentEvent> responseStream, ServerCallContext context)
    {
        var checks = new RequestChecks();
        var merchant = checks.Merchant("merchant", request.Merchant);
        var after = EventCursors.Read(request.Cursor, merchant);
        if (after is null) checks.Wrong("cursor", "is not the cursor of an event of this merchant");
        checks.ThrowIfAny();
        CheckAccess(context, merchant);
        return watch.RunAsync(merchant, after!.Value, responseStream, context);
    }

    private Task<V1.Payment> RunAsync(
        ServerCallContext context, string method, string key, string paymentId, byte[] fingerprint,
        Func<Payment?, DateTimeOffset, PaymentDecision> decide)
    {
        var caller = Caller.Of(context.GetHttpContext());
        return RunAsync(context, new Mutation
        {
            Caller = caller.Identity,
            IdempotencyKey = key,
            Method = method,
            Fingerprint = fingerprint,
            PaymentId = paymentId,
            TraceId = caller.TraceId,
            Decide = (payment, now) => payment is null || access.Allows(caller.Identity, payment.Merchant)
                ? decide(payment, now)
                : PaymentDecision.Refuse(Refusal.NotFound(payment.Id)),
            Encode = Answers.Encode,
        });
    }

    private async Task<V1.Payment> RunAsync(ServerCallContext context, Mutation mutation)
    {
        var answer = await processor.RunAsync(mutation, context.CancellationToken).ConfigureAwait(false);
        if (answer.IsReplay) context.GetHttpContext().Response.Headers[ReplayedHeader] = "true";
        return Answers.Decode(answer);
    }

    private void CheckAccess(ServerCallContext context, string merchant)
    {
        if (access.Allows(Identity(context), merchant)) return;
        throw Errors.Of(new Refusal(RefusalReason.MerchantNotAllowed,
            $"this caller may not act for the merchant {merchant}; bind it with --merchant-binding")).ToRpcException();
    }

    private static string Identity(ServerCallContext context) => Caller.Of(context.GetHttpContext()).Identity;

    private static string? Header(ServerCallContext context) => context.GetHttpContext().Request.Headers[KeyHeader];

    private static PaymentFilter Filter(RequestChecks checks, string text)
    {
        try
        {
            return FilterSyntax.Parse(text);
        }
        catch (FormatException exception)
        {
            checks.Wrong("filter", exception.Message);
            return PaymentFilter.All;
        }
    }
}
