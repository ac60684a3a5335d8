namespace Mesh.Payments.Messaging;

/// <summary>The messages of a queue that were given up.</summary>
internal interface IDeadLetters
{
    /// <summary>At most <paramref name="limit"/>, the oldest first where the queue knows an order.</summary>
    Task<IReadOnlyList<DeadLetter>> ListAsync(int limit, CancellationToken cancellationToken);

    /// <summary>Puts a dead letter back into its queue, as if it had never been delivered.</summary>
    /// <returns>False when there is none with this id.</returns>
    Task<bool> ReplayAsync(string id, CancellationToken cancellationToken);
}
