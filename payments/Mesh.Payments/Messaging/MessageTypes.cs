namespace Mesh.Payments.Messaging;

/// <summary>Types of messages that this service does not send itself.</summary>
internal static class MessageTypes
{
    /// <summary>What another application sent through EventBridge: its envelope as EventBridge delivers it to a queue.</summary>
    public const string Event = "event";
}
