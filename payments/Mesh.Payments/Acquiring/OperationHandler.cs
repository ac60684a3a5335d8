using Mesh.Payments.Messaging;
using Mesh.Payments.Storage;

namespace Mesh.Payments.Acquiring;

/// <summary>Carries out the operation of an asynchronous payment. The message may come several times, the effect comes once.</summary>
internal sealed class OperationHandler(OperationStore store, OperationRunner runner, AcquiringSettings settings) : IMessageHandler
{
    public const string MessageType = "payments.operation";

    public string Type => MessageType;

    public async Task HandleAsync(Message message, CancellationToken cancellationToken)
    {
        var operation = await store.FindAsync(message.Body, cancellationToken).ConfigureAwait(false)
            ?? throw new PoisonMessageException($"there is no operation '{message.Body}'");
        if (operation.IsSettled) return;
        var claimed = await store.ClaimAsync(operation.Id, settings.Owner, settings.Lease, settings.MessageLease, cancellationToken).ConfigureAwait(false);
        if (claimed is not null && await runner.RunAsync(claimed).ConfigureAwait(false) is not null) return;
        var now = await store.FindAsync(operation.Id, cancellationToken).ConfigureAwait(false);
        if (now!.IsSettled) return;
        throw new OperationNotSettledException(now.LastError ?? "somebody else carries it out");
    }
}
