using Google.Protobuf;
using Grpc.Core;
using Mesh.Payments.Domain;
using Mesh.Payments.Storage;
using Status = Google.Rpc.Status;

namespace Mesh.Payments.Api;

/// <summary>Decisions as answers that can be stored, and stored answers as responses.</summary>
internal static class Answers
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(250);

    /// <summary>Of a decision that waits for the acquirer: that the outcome is not known yet.</summary>
    public static StoredAnswer Encode(PaymentDecision decision)
    {
        if (decision.Operation is { } operation)
        {
            var pending = Errors.TryAgain(StatusCode.Aborted, "OPERATION_PENDING",
                $"the acquirer has not answered for payment {operation.PaymentId}; send the same again with its key to get the outcome", RetryDelay);
            return new StoredAnswer(pending.Code, pending.ToByteArray(), operation.PaymentId);
        }

        if (decision.Refusal is not { } refusal)
            return new StoredAnswer((int)StatusCode.OK, PaymentMessages.Of(decision.Next!).ToByteArray(), decision.Next!.Id);
        var status = Errors.Of(refusal);
        return new StoredAnswer(status.Code, status.ToByteArray(), refusal.Payment);
    }

    /// <exception cref="RpcException">The answer is an error.</exception>
    public static V1.Payment Decode(StoredAnswer answer) => answer.Code == (int)StatusCode.OK
        ? V1.Payment.Parser.ParseFrom(answer.Body)
        : throw Status.Parser.ParseFrom(answer.Body).ToRpcException();
}
