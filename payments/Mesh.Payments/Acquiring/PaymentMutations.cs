using Mesh.Payments.Api;
using Mesh.Payments.Domain;
using Mesh.Payments.Storage;

namespace Mesh.Payments.Acquiring;

/// <summary>Makes mutations of validated requests, whichever way they came.</summary>
internal static class PaymentMutations
{
    /// <param name="caller">Whose key it is; empty for a caller without identity.</param>
    /// <param name="isAsynchronous">Answers before the acquirer is asked.</param>
    /// <param name="traceId">For the audit row.</param>
    public static Mutation Create(string caller, string key, NewPayment payment, bool isAsynchronous, string? traceId) => new()
    {
        Caller = caller,
        IdempotencyKey = key,
        Method = nameof(V1.Payments.PaymentsBase.CreatePayment),
        Fingerprint = FingerprintOf(payment, isAsynchronous),
        IsAsynchronous = isAsynchronous,
        TraceId = traceId,
        Decide = (_, now) => PaymentMachine.Create(payment, PaymentIds.New(now), now),
        Encode = Answers.Encode,
    };

    private static byte[] FingerprintOf(NewPayment payment, bool isAsynchronous)
    {
        string[] parameters =
        [
            payment.Merchant, Fingerprints.Of(payment.Amount), payment.CaptureMethod.ToString(), payment.PaymentMethod, payment.Description,
        ];
        // Only where it is asked for: the keys of earlier versions stay what they were.
        return Fingerprints.Of(isAsynchronous ? [.. parameters, "ASYNC"] : parameters);
    }
}
