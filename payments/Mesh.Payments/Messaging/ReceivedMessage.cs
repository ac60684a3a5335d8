namespace Mesh.Payments.Messaging;

/// <summary>One delivery of a message.</summary>
/// <param name="Attempts">Which delivery this is, counted from 1.</param>
/// <param name="Receipt">Proves to the queue that the lease is still held; another one in each delivery.</param>
internal sealed record ReceivedMessage(Message Message, int Attempts, string Receipt);
