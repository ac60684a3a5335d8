using Mesh.Payments.Storage;

namespace Mesh.Payments.Messaging;

/// <summary>Tells the consumers of this process that messages were committed; those of other replicas find them by looking.</summary>
internal sealed class MessageSignal
{
    public ChangeSignal Committed { get; } = new();
}
