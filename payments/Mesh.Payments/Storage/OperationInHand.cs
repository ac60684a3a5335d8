using Mesh.Payments.Domain;

namespace Mesh.Payments.Storage;

/// <summary>An operation whose lease this process holds, and its payment.</summary>
internal sealed record OperationInHand(StoredOperation Stored, Payment Payment)
{
    /// <summary>Somebody else brings it back when it is not settled; the reconciler comes only after so long. Null when he is to.</summary>
    public TimeSpan? Rest { get; init; }

    public string Id => Stored.Id;

    /// <summary>Whether an earlier attempt may have sent it; then the acquirer is asked first.</summary>
    public bool MayHaveBeenSent => Stored.Attempts > 1;
}
