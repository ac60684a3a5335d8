namespace Mesh.Payments.Storage;

/// <summary>Reads the streams of events.</summary>
internal sealed class EventReader(IDatabase database)
{
    private const string Select =
        "SELECT position, payment, time_us FROM payment_events WHERE merchant = $1 AND position > $2 ORDER BY position LIMIT $3";

    /// <summary>At most <paramref name="limit"/> events after a position, in their order.</summary>
    public async Task<IReadOnlyList<StoredEvent>> ReadAsync(
        string merchant, long after, int limit, CancellationToken cancellationToken)
    {
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await session.QueryAsync(Select,
                row => new StoredEvent(row.GetInt64(0), row.GetFieldValue<byte[]>(1), Times.FromMicroseconds(row.GetInt64(2))),
                cancellationToken, merchant, after, limit).ConfigureAwait(false);
        }
    }
}
