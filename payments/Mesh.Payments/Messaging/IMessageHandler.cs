namespace Mesh.Payments.Messaging;

/// <summary>Does what messages of one type ask for. It may get a message again, so what it does must have its effect once only.</summary>
internal interface IMessageHandler
{
    /// <summary>The <see cref="Message.Type"/> it is for.</summary>
    string Type { get; }

    /// <summary>When it returns, the message is done. Any exception but the following lets it be delivered again later.</summary>
    /// <param name="cancellationToken">The lease was lost, or the process stops.</param>
    /// <exception cref="PoisonMessageException">It can never be handled.</exception>
    Task HandleAsync(Message message, CancellationToken cancellationToken);
}
