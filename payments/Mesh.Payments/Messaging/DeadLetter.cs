namespace Mesh.Payments.Messaging;

/// <summary>A message that was given up.</summary>
/// <param name="Attempts">How often it had been delivered.</param>
/// <param name="Reason">Why it was given up the last time.</param>
internal sealed record DeadLetter(Message Message, int Attempts, string Reason, DateTimeOffset Time);
