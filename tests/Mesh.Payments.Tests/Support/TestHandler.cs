using System.Collections.Concurrent;
using Mesh.Payments.Messaging;

namespace Mesh.Payments.Tests.Support;

/// <summary>Does with messages of the type <c>work</c> what a test says, and remembers their bodies.</summary>
internal sealed class TestHandler(Func<Message, CancellationToken, Task> handle) : IMessageHandler
{
    public string Type => "work";

    public ConcurrentQueue<string> Seen { get; } = new();

    public Task HandleAsync(Message message, CancellationToken cancellationToken)
    {
        Seen.Enqueue(message.Body);
        return handle(message, cancellationToken);
    }
}
