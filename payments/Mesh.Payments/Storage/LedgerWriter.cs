using Mesh.Hosting;
using Mesh.Payments.Domain;

namespace Mesh.Payments.Storage;

/// <summary>Posts transfers: adds them up per account, so that an account is touched once however many transfers name it.</summary>
internal static class LedgerWriter
{
    private const string Open =
        "INSERT INTO accounts (id, currency, normal_side, may_go_negative, debits, credits, entries, create_time_us) " +
        "VALUES ($1, $2, $3, $4, 0, 0, 0, $5) ON CONFLICT (id) DO NOTHING";

    private const string Post =
        "UPDATE accounts SET debits = debits + $2, credits = credits + $3, entries = entries + $4 WHERE id = $1 " +
        "RETURNING entries, currency, normal_side, may_go_negative";

    private const string Insert =
        "INSERT INTO transfers (id, debit_account, credit_account, currency, amount, code, payment_id, debit_entry, " +
        "credit_entry, create_time_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

    public static async Task PostAsync(
        ISqlSession session, IReadOnlyList<Transfer> transfers, long nowUs, CancellationToken cancellationToken)
    {
        if (transfers.Count == 0) return;
        var totals = AddUp(transfers);
        var parameters = totals.Values.Select(total => total.OpenParameters(nowUs)).ToList();
        await session.ExecuteAsync(Open, parameters, cancellationToken).ConfigureAwait(false);

        var updates = totals.Values.Select(total => total.PostParameters()).ToList();
        var posted = await session.QueryAsync(Post, updates,
            row => (Entries: row.GetInt64(0), Currency: row.GetString(1), Side: row.GetInt16(2), MayGoNegative: row.GetInt16(3)),
            cancellationToken).ConfigureAwait(false);
        foreach (var (total, rows) in totals.Values.Zip(posted))
        {
            var account = total.Account;
            Invariant.Holds(rows.Count == 1, $"account {account.Id}: {rows.Count} rows");
            Invariant.Holds(rows[0].Currency == account.Currency && rows[0].Side == (short)account.NormalSide
                && rows[0].MayGoNegative == (account.MayGoNegative ? 1 : 0), $"account {account.Id} is stored as {rows[0]}");
            total.NextEntry = rows[0].Entries - total.Entries + 1;
        }

        var inserts = transfers.Select(transfer => InsertParameters(transfer, totals, nowUs)).ToList();
        await session.ExecuteAsync(Insert, inserts, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ordered by account, so that two writers lock accounts in the same order and never deadlock.</summary>
    private static SortedDictionary<string, Total> AddUp(IReadOnlyList<Transfer> transfers)
    {
        var totals = new SortedDictionary<string, Total>(StringComparer.Ordinal);
        foreach (var transfer in transfers)
        {
            Of(transfer.Debit).Add(transfer.Amount.MinorUnits, 0);
            Of(transfer.Credit).Add(0, transfer.Amount.MinorUnits);
        }

        var balances = totals.Values.GroupBy(total => total.Account.Currency)
            .Select(group => group.Aggregate((Int128)0, (sum, total) => sum + total.Debits - total.Credits));
        Invariant.Holds(balances.All(balance => balance == 0), $"the entries of {transfers.Count} transfers do not sum to zero");
        return totals;

        Total Of(LedgerAccount account)
        {
            if (!totals.TryGetValue(account.Id, out var total)) totals.Add(account.Id, total = new Total(account));
            return total;
        }
    }

    private static object?[] InsertParameters(Transfer transfer, SortedDictionary<string, Total> totals, long nowUs) =>
    [
        transfer.Id, transfer.Debit.Id, transfer.Credit.Id, transfer.Amount.Currency, transfer.Amount.MinorUnits,
        (short)transfer.Code, transfer.PaymentId, totals[transfer.Debit.Id].NextEntry++, totals[transfer.Credit.Id].NextEntry++,
        nowUs,
    ];

    private sealed class Total(LedgerAccount account)
    {
        public LedgerAccount Account { get; } = account;

        public long Debits { get; private set; }

        public long Credits { get; private set; }

        public long Entries { get; private set; }

        /// <summary>Number of the next entry of this account, once it was posted to.</summary>
        public long NextEntry { get; set; }

        public void Add(long debit, long credit)
        {
            checked
            {
                Debits += debit;
                Credits += credit;
                Entries++;
            }
        }

        public object?[] OpenParameters(long nowUs) =>
            [Account.Id, Account.Currency, (short)Account.NormalSide, (short)(Account.MayGoNegative ? 1 : 0), nowUs];

        public object?[] PostParameters() => [Account.Id, Debits, Credits, Entries];
    }
}
