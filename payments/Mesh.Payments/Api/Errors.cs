using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Mesh.Payments.Domain;
using Status = Google.Rpc.Status;

namespace Mesh.Payments.Api;

/// <summary>What callers are told when a request fails: google.rpc.Status with ErrorInfo, BadRequest and RetryInfo (AIP-193).</summary>
internal static class Errors
{
    public const string Domain = "payments.v1";

    public const string LedgerDomain = "ledger.v1";

    private static readonly TimeSpan BusyDelay = TimeSpan.FromMilliseconds(100);

    public static Status Of(Refusal refusal)
    {
        var info = Info(UpperSnakeCase.Of(refusal.Reason.ToString()));
        foreach (var (key, value) in refusal.Metadata) info.Metadata.Add(key, value);
        if (refusal.Payment is { } payment) info.Metadata.Add("payment", PaymentIds.NameOf(payment));
        return refusal.Reason == RefusalReason.PaymentBusy
            ? New(StatusCode.Aborted, refusal.Message, info, new RetryInfo { RetryDelay = Duration.FromTimeSpan(BusyDelay) })
            : New(CodeOf(refusal.Reason), refusal.Message, info);
    }

    /// <summary>INVALID_ARGUMENT; the message names the first field, the details all.</summary>
    public static Status Of(IReadOnlyList<FieldViolation> violations, string domain = Domain)
    {
        var details = new BadRequest();
        foreach (var violation in violations)
        {
            details.FieldViolations.Add(new BadRequest.Types.FieldViolation
            {
                Field = violation.Field,
                Description = violation.Description,
                Reason = violation.Reason,
            });
        }

        var first = violations[0];
        var more = violations.Count == 1 ? "" : $" (and {violations.Count - 1} more)";
        return New(StatusCode.InvalidArgument, $"{first.Field}: {first.Description}{more}", Info(first.Reason, domain), details);
    }

    /// <summary>NOT_FOUND for a read.</summary>
    public static Status NotFound(string id) => Of(Refusal.NotFound(id));

    /// <summary>Something that may be sent again, with its key, after a pause.</summary>
    public static Status TryAgain(StatusCode code, string reason, string message, TimeSpan after, string domain = Domain) =>
        New(code, message, Info(reason, domain), new RetryInfo { RetryDelay = Duration.FromTimeSpan(after) });

    /// <summary>INTERNAL: a defect of ours, of which callers learn only how to name it.</summary>
    public static Status Internal(string? traceId, string domain = Domain) =>
        New(StatusCode.Internal, $"internal error; the service's log has the reason (trace {traceId})", Info("INTERNAL_ERROR", domain));

    private static StatusCode CodeOf(RefusalReason reason) => reason switch
    {
        RefusalReason.PaymentNotFound => StatusCode.NotFound,
        RefusalReason.MerchantNotAllowed => StatusCode.PermissionDenied,
        RefusalReason.CurrencyMismatch or RefusalReason.IdempotencyKeyReused => StatusCode.InvalidArgument,
        _ => StatusCode.FailedPrecondition,
    };

    public static ErrorInfo Info(string reason, string domain = Domain) => new() { Domain = domain, Reason = reason };

    public static Status New(StatusCode code, string message, params Google.Protobuf.IMessage[] details)
    {
        var status = new Status { Code = (int)code, Message = message };
        foreach (var detail in details) status.Details.Add(Any.Pack(detail));
        return status;
    }
}
