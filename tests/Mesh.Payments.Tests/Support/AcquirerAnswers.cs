using Grpc.Core;
using Mesh.Acquirer.V1;

namespace Mesh.Payments.Tests.Support;

/// <summary>What a <see cref="FakeAcquirer"/> can answer to any request.</summary>
internal static class AcquirerAnswers
{
    public static Operation Approve(object request) =>
        new() { OperationId = IdOf(request), State = OperationState.Approved, Reference = $"ref-{IdOf(request)}" };

    public static Operation Decline(object request) => new()
    {
        OperationId = IdOf(request),
        State = OperationState.Declined,
        DeclineCode = "no_luck",
        DeclineMessage = "no luck",
    };

    public static RpcException NotFound() => FakeAcquirer.Error(StatusCode.NotFound, "OPERATION_NOT_FOUND");

    public static RpcException NotAccepted() => FakeAcquirer.Error(StatusCode.Unavailable, "NOT_ACCEPTED");

    /// <summary>Whether it is an order and no question.</summary>
    public static bool IsOrder(object request) => request is not GetOperationRequest;

    public static string IdOf(object request) => request switch
    {
        AuthorizeRequest one => one.OperationId,
        ChargeRequest one => one.OperationId,
        CaptureRequest one => one.OperationId,
        VoidRequest one => one.OperationId,
        RefundRequest one => one.OperationId,
        GetOperationRequest one => one.OperationId,
        _ => throw new ArgumentException($"{request} is no request of acquirer.v1", nameof(request)),
    };
}
