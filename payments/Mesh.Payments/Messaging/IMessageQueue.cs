namespace Mesh.Payments.Messaging;

/// <summary>
/// The receiving side of a queue. A received message is leased: nobody else gets it until the lease ends. What is done with a
/// receipt whose lease was lost to another receiver is ignored. Sending is <see cref="MessageWriter"/>.
/// </summary>
internal interface IMessageQueue
{
    /// <summary>For logs.</summary>
    string Description { get; }

    /// <summary>The most messages <see cref="ReceiveAsync"/> gives, and the other methods take, at once.</summary>
    int BatchLimit { get; }

    /// <summary>Whether the queue itself gives up messages whose receiver never says what became of them.</summary>
    bool GivesUpByItself { get; }

    /// <summary>Waits until there are messages, but not longer than <paramref name="wait"/>.</summary>
    /// <returns>None to <paramref name="limit"/> messages, in no order that may be relied on.</returns>
    Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(int limit, TimeSpan lease, TimeSpan wait, CancellationToken cancellationToken);

    /// <summary>Makes the leases end <paramref name="lease"/> from now.</summary>
    /// <returns>The messages whose lease was lost: somebody else may work on them already.</returns>
    Task<IReadOnlyList<ReceivedMessage>> ExtendAsync(
        IReadOnlyList<ReceivedMessage> messages, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Removes messages that were handled.</summary>
    Task CompleteAsync(IReadOnlyList<ReceivedMessage> messages, CancellationToken cancellationToken);

    /// <summary>Gives a message back, to be delivered again after <paramref name="delay"/>.</summary>
    /// <param name="isAttempt">False when it was not the message's fault: then, where the queue allows it, this delivery is not counted.</param>
    Task ReturnAsync(ReceivedMessage message, TimeSpan delay, bool isAttempt, CancellationToken cancellationToken);

    /// <summary>Puts a message that cannot be handled where <see cref="IDeadLetters"/> shows it.</summary>
    /// <param name="reason">What an operator needs to know; without card numbers.</param>
    Task BuryAsync(ReceivedMessage message, string reason, CancellationToken cancellationToken);
}
