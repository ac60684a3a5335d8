namespace Mesh.Payments.Messaging;

/// <summary>Names of the queues in the table <c>messages</c>.</summary>
internal static class Queues
{
    /// <summary>Work on payments; with an SQS queue configured, what waits to be sent there.</summary>
    public const string Payments = "payments";
}
