using System.Diagnostics;
using Google.Protobuf;
using Grpc.Core;
using Mesh.Payments.Acquiring;
using Mesh.Payments.Api;
using Mesh.Payments.Domain;
using Mesh.Payments.Storage;

namespace Mesh.Payments.Messaging.Events;

/// <summary>
/// Makes payments of the events that an application sent which cannot call this service. The detail of a
/// <c>Payment Requested</c> event is a payment of payments.v1 in its JSON form; the id of the event is the idempotency key.
/// </summary>
/// <remarks>
/// Keys are forgotten after some days, but events may be replayed from an archive or a dead-letter queue after weeks. So the id
/// of the payment is made of the event's too: an event makes one payment, whenever it comes again.
/// </remarks>
internal sealed class PaymentRequestHandler(
    PaymentProcessor processor, PaymentReader payments, MerchantAccess access, IReadOnlyList<EventSource> sources)
    : IMessageHandler
{
    public const string DetailType = "Payment Requested";

    public string Type => MessageTypes.Event;

    public async Task HandleAsync(Message message, CancellationToken cancellationToken)
    {
        var envelope = EventEnvelope.Parse(message.Body);
        var caller = CallerOf(envelope);
        var payment = PaymentOf(envelope);
        if (!access.Allows(caller, payment.Merchant))
            throw new PoisonMessageException($"events of {envelope.Source} may not act for the merchant {payment.Merchant}; bind {caller} with --merchant-binding");
        var id = PaymentIds.For(caller, envelope.Id);
        if (await payments.GetAsync(id, cancellationToken).ConfigureAwait(false) is not null) return;
        // The payment and the message to carry it out are stored in one transaction: then this event is done.
        var asked = PaymentMutations.Create(caller, envelope.Id, payment, isAsynchronous: true, Activity.Current?.TraceId.ToHexString());
        var mutation = asked with { Decide = (_, now) => PaymentMachine.Create(payment, id, now) };
        var answer = await processor.RunAsync(mutation, cancellationToken).ConfigureAwait(false);
        Check(answer);
    }

    private string CallerOf(EventEnvelope envelope)
    {
        if (envelope.DetailType != DetailType)
            throw new PoisonMessageException($"events of type '{envelope.DetailType}' are not taken, only '{DetailType}'; see the rule that sends them here");
        return sources.FirstOrDefault(source => source.Source == envelope.Source)?.Identity
            ?? throw new PoisonMessageException($"events of the source '{envelope.Source}' are not taken; name it with --event-source");
    }

    private static NewPayment PaymentOf(EventEnvelope envelope)
    {
        try
        {
            var checks = new RequestChecks();
            checks.Key(envelope.Id, null);
            var payment = checks.Payment(JsonParser.Default.Parse<V1.Payment>(envelope.Detail));
            checks.ThrowIfAny();
            return payment;
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new PoisonMessageException($"the detail is not a payment: {exception.Message}");
        }
        catch (RpcException exception)
        {
            throw new PoisonMessageException($"the detail is refused: {exception.Status.Detail}");
        }
    }

    /// <summary>A payment that was made is done, a declined or undecided one as well: what becomes of it is told by its own events.</summary>
    private static void Check(StoredAnswer answer)
    {
        if (answer.Code == (int)StatusCode.OK || answer.PaymentId is not null) return;
        var status = Google.Rpc.Status.Parser.ParseFrom(answer.Body);
        if ((StatusCode)answer.Code is StatusCode.InvalidArgument or StatusCode.PermissionDenied or StatusCode.FailedPrecondition)
            throw new PoisonMessageException(status.Message);
        throw new InvalidOperationException(status.Message);
    }
}
