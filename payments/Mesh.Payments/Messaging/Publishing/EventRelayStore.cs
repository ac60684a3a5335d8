using Mesh.Payments.Storage;

namespace Mesh.Payments.Messaging.Publishing;

/// <summary>Remembers how far the events of each merchant were handed over, and who does it now.</summary>
internal sealed class EventRelayStore(IDatabase database, string destination, TimeProvider time)
{
    private const string SelectBehind =
        "SELECT s.merchant FROM event_streams s LEFT JOIN event_relays r ON r.destination = $1 AND r.merchant = s.merchant " +
        "WHERE s.position > COALESCE(r.position, 0) AND COALESCE(r.lease_until_us, 0) <= $2 ORDER BY s.merchant LIMIT $3";

    private const string Open =
        "INSERT INTO event_relays (destination, merchant, position, lease, lease_until_us) VALUES ($1, $2, 0, NULL, 0) " +
        "ON CONFLICT (destination, merchant) DO NOTHING";

    private const string Claim =
        "UPDATE event_relays SET lease = $3, lease_until_us = $4 WHERE destination = $1 AND merchant = $2 AND lease_until_us <= $5 " +
        "RETURNING position";

    private const string Advance =
        "UPDATE event_relays SET position = $5, lease_until_us = $6 WHERE destination = $1 AND merchant = $2 AND lease = $3 AND position = $4";

    private const string Release =
        "UPDATE event_relays SET lease = NULL, lease_until_us = 0 WHERE destination = $1 AND merchant = $2 AND lease = $3";

    /// <summary>At most <paramref name="limit"/> merchants with events that were not handed over and that nobody works on.</summary>
    public Task<IReadOnlyList<string>> FindBehindAsync(int limit, CancellationToken cancellationToken) => database.ReadAsync(
        session => session.QueryAsync(SelectBehind, row => row.GetString(0), cancellationToken,
            destination, Times.ToMicroseconds(time.GetUtcNow()), limit),
        cancellationToken);

    /// <returns>The position of the last event that was handed over; null when somebody else was quicker.</returns>
    public Task<long?> ClaimAsync(string merchant, string lease, TimeSpan duration, CancellationToken cancellationToken) => WriteAsync<long?>(
        async session =>
        {
            var now = time.GetUtcNow();
            await session.ExecuteAsync(Open, cancellationToken, destination, merchant).ConfigureAwait(false);
            var positions = await session.QueryAsync(Claim, row => row.GetInt64(0), cancellationToken, destination, merchant, lease,
                Times.ToMicroseconds(now + duration), Times.ToMicroseconds(now)).ConfigureAwait(false);
            return positions.Count == 0 ? null : positions[0];
        },
        cancellationToken);

    /// <summary>Remembers that events were handed over, and extends the lease.</summary>
    /// <returns>False when the lease was lost.</returns>
    public Task<bool> AdvanceAsync(string merchant, string lease, long from, long to, TimeSpan duration, CancellationToken cancellationToken) => WriteAsync(
        async session => await session.ExecuteAsync(Advance, cancellationToken, destination, merchant, lease, from, to,
            Times.ToMicroseconds(time.GetUtcNow() + duration)).ConfigureAwait(false) == 1,
        cancellationToken);

    public Task ReleaseAsync(string merchant, string lease, CancellationToken cancellationToken) => WriteAsync(
        session => session.ExecuteAsync(Release, cancellationToken, destination, merchant, lease), cancellationToken);

    private Task<T> WriteAsync<T>(Func<ISqlSession, Task<T>> write, CancellationToken cancellationToken) =>
        database.WriteAsync(time, write, cancellationToken);
}
