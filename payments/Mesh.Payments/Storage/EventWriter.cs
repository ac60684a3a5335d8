using Mesh.Hosting;
using Mesh.Payments.Domain;

namespace Mesh.Payments.Storage;

/// <summary>Appends what happened to payments to the streams of their merchants.</summary>
internal static class EventWriter
{
    private const string Open = "INSERT INTO event_streams (merchant, position) VALUES ($1, 0) ON CONFLICT (merchant) DO NOTHING";

    private const string Advance = "UPDATE event_streams SET position = position + $2 WHERE merchant = $1 RETURNING position";

    private const string Insert =
        "INSERT INTO payment_events (merchant, position, payment_id, version, payment, time_us)";

    /// <param name="payments">Each version that was decided, in the order of their decisions.</param>
    /// <param name="serialize">Makes what watchers get.</param>
    public static async Task AppendAsync(
        ISqlSession session, IReadOnlyList<Payment> payments, Func<Payment, byte[]> serialize, long nowUs, CancellationToken cancellationToken)
    {
        if (payments.Count == 0) return;
        // Sorted, so that two writers lock the streams in the same order.
        var streams = payments.GroupBy(payment => payment.Merchant).OrderBy(stream => stream.Key, StringComparer.Ordinal).ToList();
        await session.ExecuteAsync(Open, streams.ConvertAll(stream => new object?[] { stream.Key }), cancellationToken).ConfigureAwait(false);
        var ends = await session.QueryAsync(Advance, streams.ConvertAll(stream => new object?[] { stream.Key, (long)stream.Count() }),
            row => row.GetInt64(0), cancellationToken).ConfigureAwait(false);

        var rows = new List<object?[]>();
        foreach (var (stream, end) in streams.Zip(ends))
        {
            Invariant.Holds(end.Count == 1, $"event stream {stream.Key}: {end.Count} rows");
            var position = end[0] - stream.Count();
            rows.AddRange(stream.Select(payment => new object?[]
            {
                payment.Merchant, ++position, payment.Id, payment.Version, serialize(payment), nowUs,
            }));
        }

        await session.InsertAsync(Insert, rows, cancellationToken).ConfigureAwait(false);
    }
}
