using Mesh.Payments.Domain;

namespace Mesh.Payments.Storage;

/// <summary>An operation of the acquirer as it is stored.</summary>
internal sealed record StoredOperation
{
    public required PaymentOperation Operation { get; init; }
    public required OperationStatus Status { get; init; }

    /// <summary>Whose request began it, with its key.</summary>
    public required string Caller { get; init; }

    public required string IdempotencyKey { get; init; }

    /// <summary>E.g. <c>CreatePayment</c>.</summary>
    public required string Method { get; init; }

    public string? TraceId { get; init; }

    /// <summary>How often somebody set out to have it done.</summary>
    public required long Attempts { get; init; }

    /// <summary>Until then it belongs to <see cref="LeaseOwner"/>, or rests when there is none.</summary>
    public required DateTimeOffset DueTime { get; init; }

    public string? LeaseOwner { get; init; }
    public string? LastError { get; init; }
    public required DateTimeOffset CreateTime { get; init; }

    public string Id => Operation.Id;

    public bool IsSettled => Status is OperationStatus.Approved or OperationStatus.Declined;
}
