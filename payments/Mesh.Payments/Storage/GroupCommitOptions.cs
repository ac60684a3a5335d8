namespace Mesh.Payments.Storage;

/// <summary>The bounds of a <see cref="GroupCommit{TItem, TResult}"/>.</summary>
/// <param name="Name">For logs and metrics.</param>
/// <param name="WaitingLimit">What may wait, by weight; more is refused with <see cref="QueueFullException"/>.</param>
/// <param name="BatchLimit">What one transaction takes, by weight; a single item may weigh more.</param>
internal sealed record GroupCommitOptions(string Name, int WaitingLimit, int BatchLimit);
