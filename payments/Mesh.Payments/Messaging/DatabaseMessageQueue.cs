using System.Data.Common;
using Mesh.Payments.Storage;

namespace Mesh.Payments.Messaging;

/// <summary>A queue in the table <c>messages</c>, for any number of replicas.</summary>
/// <remarks>
/// A claim is one guarded update of each message: of two replicas that want the same, the second affects no row. The times of
/// leases are the replicas' own clocks', so a lease must be much longer than these may differ.
/// </remarks>
internal sealed class DatabaseMessageQueue(IDatabase database, string queue, ChangeSignal committed, TimeProvider time)
    : IMessageQueue, IDeadLetters
{
    /// <summary>How late a message of another replica, or one that was returned, may be seen.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    private const string MessageColumns = "id, type, body, trace_parent, create_time_us, attempts";

    private const string SelectDue =
        "SELECT id FROM messages WHERE queue = $1 AND visible_time_us <= $2 ORDER BY visible_time_us, id LIMIT $3";

    private const string Claim =
        "UPDATE messages SET lease = $2, visible_time_us = $3, attempts = attempts + 1 WHERE id = $1 AND visible_time_us <= $4 " +
        $"RETURNING {MessageColumns}";

    private const string Extend = "UPDATE messages SET visible_time_us = $3 WHERE id = $1 AND lease = $2";

    private const string Return =
        "UPDATE messages SET visible_time_us = $3, attempts = attempts - $4, lease = NULL WHERE id = $1 AND lease = $2";

    private const string Remove = "DELETE FROM messages WHERE id = $1 AND lease = $2";

    private const string InsertDead =
        "INSERT INTO dead_letters (id, queue, type, body, trace_parent, create_time_us, attempts, reason, dead_time_us) " +
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

    private const string SelectDead =
        $"SELECT {MessageColumns}, reason, dead_time_us FROM dead_letters WHERE queue = $1 ORDER BY dead_time_us, id LIMIT $2";

    private const string TakeDead = $"DELETE FROM dead_letters WHERE id = $1 AND queue = $2 RETURNING {MessageColumns}";

    public string Description => $"the queue {queue} of {database.Description}";

    public int BatchLimit => 100;

    public bool GivesUpByItself => false;

    private long NowUs => Times.ToMicroseconds(time.GetUtcNow());

    public async Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(
        int limit, TimeSpan lease, TimeSpan wait, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var changed = committed.Next;
            var received = await ClaimAsync(limit, lease, cancellationToken).ConfigureAwait(false);
            if (received is { Count: > 0 }) return received;
            var left = wait - time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero) return [];
            if (received is null) continue;
            await Task.WhenAny(changed, Task.Delay(left < PollInterval ? left : PollInterval, time, cancellationToken)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public async Task<IReadOnlyList<ReceivedMessage>> ExtendAsync(
        IReadOnlyList<ReceivedMessage> messages, TimeSpan lease, CancellationToken cancellationToken)
    {
        var untilUs = Times.ToMicroseconds(time.GetUtcNow() + lease);
        var rows = Sorted(messages);
        var affected = await WriteAsync(
            session => session.ExecuteAsync(Extend, rows.ConvertAll(one => new object?[] { one.Message.Id, one.Receipt, untilUs }), cancellationToken),
            cancellationToken).ConfigureAwait(false);
        return [.. rows.Zip(affected).Where(pair => pair.Second == 0).Select(pair => pair.First)];
    }

    public Task CompleteAsync(IReadOnlyList<ReceivedMessage> messages, CancellationToken cancellationToken) => WriteAsync(
        session => session.ExecuteAsync(
            Remove, Sorted(messages).ConvertAll(one => new object?[] { one.Message.Id, one.Receipt }), cancellationToken),
        cancellationToken);

    public Task ReturnAsync(ReceivedMessage message, TimeSpan delay, bool isAttempt, CancellationToken cancellationToken) => WriteAsync(
        session => session.ExecuteAsync(Return, cancellationToken,
            message.Message.Id, message.Receipt, Times.ToMicroseconds(time.GetUtcNow() + delay), isAttempt ? 0L : 1L),
        cancellationToken);

    public Task BuryAsync(ReceivedMessage message, string reason, CancellationToken cancellationToken) => WriteAsync(
        async session =>
        {
            var one = message.Message;
            var removed = await session.ExecuteAsync(Remove, cancellationToken, one.Id, message.Receipt).ConfigureAwait(false);
            if (removed == 0) return 0;
            return await session.ExecuteAsync(InsertDead, cancellationToken, one.Id, queue, one.Type, one.Body, one.TraceParent,
                Times.ToMicroseconds(one.CreateTime), (long)message.Attempts, reason, NowUs).ConfigureAwait(false);
        },
        cancellationToken);

    public Task<IReadOnlyList<DeadLetter>> ListAsync(int limit, CancellationToken cancellationToken) => database.ReadAsync(
        session => session.QueryAsync(SelectDead,
            row => new DeadLetter(ReadMessage(row), (int)row.GetInt64(5), row.GetString(6), Times.FromMicroseconds(row.GetInt64(7))),
            cancellationToken, queue, limit),
        cancellationToken);

    public async Task<bool> ReplayAsync(string id, CancellationToken cancellationToken)
    {
        var isReplayed = await WriteAsync(
            async session =>
            {
                // Taken first: of two replays at once one gets the row, the other none.
                var taken = await session.QueryAsync(TakeDead, ReadMessage, cancellationToken, id, queue).ConfigureAwait(false);
                var now = time.GetUtcNow();
                await MessageWriter.AppendAsync(session, queue, [.. taken.Select(one => one with { CreateTime = now })], cancellationToken)
                    .ConfigureAwait(false);
                return taken.Count == 1;
            },
            cancellationToken).ConfigureAwait(false);
        committed.Pulse();
        return isReplayed;
    }

    /// <summary>None when none is due; null when another replica was quicker.</summary>
    private async Task<IReadOnlyList<ReceivedMessage>?> ClaimAsync(int limit, TimeSpan lease, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var nowUs = Times.ToMicroseconds(now);
        // Looked for outside a transaction: a queue that is empty, as it mostly is, holds up no writer.
        var due = await database.ReadAsync(session => session.QueryAsync(
            SelectDue, row => row.GetString(0), cancellationToken, queue, nowUs, Math.Min(limit, BatchLimit)), cancellationToken).ConfigureAwait(false);
        if (due.Count == 0) return [];
        var untilUs = Times.ToMicroseconds(now + lease);
        var rows = due.Order(StringComparer.Ordinal).Select(id => new object?[] { id, Guid.NewGuid().ToString("N"), untilUs, nowUs }).ToList();
        var claimed = await WriteAsync(
            session => session.QueryAsync(Claim, rows, row => (Message: ReadMessage(row), Attempts: (int)row.GetInt64(5)), cancellationToken),
            cancellationToken).ConfigureAwait(false);
        var received = rows.Zip(claimed).Where(pair => pair.Second.Count == 1)
            .Select(pair => new ReceivedMessage(pair.Second[0].Message, pair.Second[0].Attempts, (string)pair.First[1]!)).ToList();
        return received.Count == 0 ? null : received;
    }

    private Task<T> WriteAsync<T>(Func<ISqlSession, Task<T>> write, CancellationToken cancellationToken) =>
        database.WriteAsync(time, write, cancellationToken);

    /// <summary>In the order in which every replica locks them.</summary>
    private static List<ReceivedMessage> Sorted(IReadOnlyList<ReceivedMessage> messages) =>
        [.. messages.OrderBy(one => one.Message.Id, StringComparer.Ordinal)];

    private static Message ReadMessage(DbDataReader row) => new()
    {
        Id = row.GetString(0),
        Type = row.GetString(1),
        Body = row.GetString(2),
        TraceParent = row.IsDBNull(3) ? null : row.GetString(3),
        CreateTime = Times.FromMicroseconds(row.GetInt64(4)),
    };
}
