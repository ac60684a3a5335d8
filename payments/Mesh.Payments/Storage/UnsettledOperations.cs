namespace Mesh.Payments.Storage;

/// <summary>How much is not settled at the acquirer.</summary>
/// <param name="Pending">Operations that are being carried out or will be tried again.</param>
/// <param name="Parked">Operations that wait for people.</param>
/// <param name="OldestTime">When the oldest of either was begun; null when there is none.</param>
internal sealed record UnsettledOperations(long Pending, long Parked, DateTimeOffset? OldestTime);
