using Mesh.Payments.Domain;

namespace Mesh.Payments.Storage;

/// <summary>An operation whose lease this process holds, and its payment.</summary>
/// <param name="MayHaveBeenSent">Whether somebody may have sent it before; then the acquirer is asked first.</param>
internal sealed record OperationInHand(StoredOperation Stored, Payment Payment, bool MayHaveBeenSent)
{
    public string Id => Stored.Id;
}
