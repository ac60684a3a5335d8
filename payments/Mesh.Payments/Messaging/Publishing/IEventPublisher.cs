namespace Mesh.Payments.Messaging.Publishing;

/// <summary>Hands events over to a bus.</summary>
internal interface IEventPublisher
{
    /// <summary>For the record of how far events were handed over, and for logs.</summary>
    string Destination { get; }

    /// <summary>Events that <see cref="PublishAsync"/> takes at once.</summary>
    int BatchLimit { get; }

    /// <returns>For each event, in their order, null, or why the bus did not take it.</returns>
    /// <exception cref="Exception">The bus took none, or it is not known which.</exception>
    Task<IReadOnlyList<string?>> PublishAsync(IReadOnlyList<PaymentEvent> events, CancellationToken cancellationToken);
}
