using Mesh.Payments.Domain;

namespace Mesh.Payments.Storage;

/// <summary>Reads payments, committed ones only.</summary>
internal sealed class PaymentReader(IDatabase database)
{
    private const string SelectOne = $"SELECT {PaymentRows.Columns} FROM payments WHERE id = $1";

    // Bounds instead of optional conditions keep it one prepared statement; CAST tells PostgreSQL the type of a null.
    private const string SelectPage =
        $"SELECT {PaymentRows.Columns} FROM payments WHERE (create_time_us, id) < ($1, $2) " +
        "AND create_time_us >= $3 AND create_time_us < $4 " +
        "AND (CAST($5 AS SMALLINT) IS NULL OR state = $5) AND (CAST($6 AS TEXT) IS NULL OR merchant = $6)";

    private const string Order = " ORDER BY create_time_us DESC, id DESC LIMIT $7";
    private const int FirstMerchant = 8;

    /// <summary>Null when there is none.</summary>
    public async Task<Payment?> GetAsync(string id, CancellationToken cancellationToken)
    {
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var rows = await session.QueryAsync(SelectOne, PaymentRows.Read, cancellationToken, id).ConfigureAwait(false);
            return rows.Count == 0 ? null : rows[0];
        }
    }

    /// <summary>At most <paramref name="limit"/> payments after a position, newest first.</summary>
    public async Task<IReadOnlyList<Payment>> ListAsync(
        PaymentFilter filter, PaymentPosition after, int limit, CancellationToken cancellationToken)
    {
        if (filter.Merchants is { Count: 0 }) return [];
        var merchants = filter.Merchants ?? [];
        object?[] parameters =
        [
            after.CreateTimeUs, after.Id,
            filter.CreatedFrom is { } from ? Times.ToMicroseconds(from) : long.MinValue,
            filter.CreatedBefore is { } before ? Times.ToMicroseconds(before) : long.MaxValue,
            filter.State is { } state ? (short)state : null, filter.Merchant, limit, .. merchants,
        ];
        var places = string.Join(", ", merchants.Select((_, index) => $"${FirstMerchant + index}"));
        var sql = SelectPage + (merchants.Count == 0 ? "" : $" AND merchant IN ({places})") + Order;
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
            return await session.QueryAsync(sql, PaymentRows.Read, cancellationToken, parameters).ConfigureAwait(false);
    }
}
