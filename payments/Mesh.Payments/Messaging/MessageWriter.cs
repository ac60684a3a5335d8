using Mesh.Hosting;
using Mesh.Payments.Storage;

namespace Mesh.Payments.Messaging;

/// <summary>Sends messages as part of the sender's transaction (transactional outbox): both happen, or neither.</summary>
internal static class MessageWriter
{
    private const string Insert =
        "INSERT INTO messages (id, queue, type, body, trace_parent, create_time_us, visible_time_us, attempts, lease) " +
        "VALUES ($1, $2, $3, $4, $5, $6, $7, 0, NULL)";

    /// <summary>After the commit, <see cref="MessageSignal.Committed"/> is to be pulsed for those who wait.</summary>
    /// <param name="session">With a write transaction that the caller commits.</param>
    public static Task AppendAsync(ISqlSession session, string queue, IReadOnlyList<Message> messages, CancellationToken cancellationToken)
    {
        var rows = new List<object?[]>(messages.Count);
        foreach (var message in messages)
        {
            Invariant.Holds(message.Body.Length <= Message.LongestBody, $"message {message.Id}: a body of {message.Body.Length} characters");
            Invariant.Holds(message.Id.Length > 0 && message.Type.Length > 0, $"message '{message.Id}' of type '{message.Type}'");
            var createTimeUs = Times.ToMicroseconds(message.CreateTime);
            rows.Add([message.Id, queue, message.Type, message.Body, message.TraceParent, createTimeUs, createTimeUs]);
        }

        return session.ExecuteAsync(Insert, rows, cancellationToken);
    }
}
