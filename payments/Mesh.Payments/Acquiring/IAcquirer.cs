namespace Mesh.Payments.Acquiring;

/// <summary>The card acquirer: the party that moves the money, outside of every transaction of ours.</summary>
internal interface IAcquirer
{
    /// <summary>
    /// Has an operation done, at most once for its id: sent again it answers with what was decided. Cancellation leaves the
    /// outcome unknown, as <see cref="AcquirerUnknownException"/> does.
    /// </summary>
    /// <exception cref="AcquirerUnavailableException">It was surely not done; the same operation may be sent again later.</exception>
    /// <exception cref="AcquirerUnknownException">It may have been done: ask <see cref="FindAsync"/> before sending it again.</exception>
    Task<AcquirerOutcome> SendAsync(AcquirerOperation operation, CancellationToken cancellationToken);

    /// <summary>What became of an operation.</summary>
    /// <returns>
    /// Null when it has not reached the acquirer. One that is still on its way may reach it later, so whoever sends again
    /// sends the same id.
    /// </returns>
    /// <exception cref="AcquirerUnknownException">The acquirer did not tell.</exception>
    Task<AcquirerOutcome?> FindAsync(string operationId, CancellationToken cancellationToken);
}
