namespace Mesh.Payments.Messaging;

/// <summary>A message that can never be handled, however often it is tried; the reason goes with it to the dead letters.</summary>
internal sealed class PoisonMessageException(string reason) : Exception(reason);
