using System.Collections.Concurrent;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Acquirer.V1;
using Wire = Mesh.Acquirer.V1;

namespace SandboxAcquirer;

/// <summary>acquirer.v1.Acquirer: has operations decided by the book, and fails on the way as the card's token says.</summary>
internal sealed class AcquirerService(OperationBook book, AcquirerOptions options, TimeProvider time) : Acquirer.AcquirerBase
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(10);

    private readonly ConcurrentDictionary<string, int> turnedAway = [];

    public override Task<Wire.Operation> Authorize(AuthorizeRequest request, ServerCallContext context) => RunAsync(OperationRequests.Read(request), context);

    public override Task<Wire.Operation> Charge(ChargeRequest request, ServerCallContext context) => RunAsync(OperationRequests.Read(request), context);

    public override Task<Wire.Operation> Capture(CaptureRequest request, ServerCallContext context) => RunAsync(OperationRequests.Read(request), context);

    public override Task<Wire.Operation> Void(VoidRequest request, ServerCallContext context) => RunAsync(OperationRequests.Read(request), context);

    public override Task<Wire.Operation> Refund(RefundRequest request, ServerCallContext context) => RunAsync(OperationRequests.Read(request), context);

    public override async Task<Wire.Operation> GetOperation(GetOperationRequest request, ServerCallContext context)
    {
        var id = OperationRequests.Id("operation_id", request.OperationId);
        return Message(await book.FindAsync(id).ConfigureAwait(false) ?? throw AcquirerErrors.NotFound(id));
    }

    private async Task<Wire.Operation> RunAsync(Operation asked, ServerCallContext context)
    {
        var cue = book.CardOf(asked)?.Cue ?? CardCue.None;
        var third = cue == CardCue.Flaky ? Third(asked.Id) : 0;
        var refusals = cue == CardCue.Unavailable ? options.UnavailableTimes : third == 1 ? 1 : 0;
        if (refusals > 0 && !book.Has(asked.Id) && turnedAway.AddOrUpdate(asked.Id, 1, (_, times) => times + 1) <= refusals)
            throw AcquirerErrors.NotAccepted(asked.Id);

        var (operation, isNew) = await book.DecideAsync(asked).ConfigureAwait(false) ?? throw AcquirerErrors.Mismatch(asked.Id);
        turnedAway.TryRemove(asked.Id, out _);
        // Only the first answer goes wrong: whoever sends again, or asks, is told.
        if (!isNew) return Message(operation);
        switch (cue)
        {
            case CardCue.Timeout:
                await Task.Delay(Timeout.InfiniteTimeSpan, time, context.CancellationToken).ConfigureAwait(false);
                break;
            case CardCue.Late when operation.State == OperationState.Pending:
                return Message(await UntilDecidedAsync(operation, context.CancellationToken).ConfigureAwait(false));
            case CardCue.Flaky when third == 2:
                context.GetHttpContext().Abort();
                break;
        }

        return Message(operation);
    }

    private async Task<Operation> UntilDecidedAsync(Operation operation, CancellationToken cancellationToken)
    {
        while (operation.State == OperationState.Pending)
        {
            var left = operation.DecideTime - time.GetUtcNow();
            await Task.Delay(left > ShortestWait ? left : ShortestWait, time, cancellationToken).ConfigureAwait(false);
            operation = (await book.FindAsync(operation.Id).ConfigureAwait(false))!;
        }

        return operation;
    }

    /// <summary>0, 1 or 2, each for about a third of all ids; the same for an id every time.</summary>
    private static int Third(string id) => id.Sum(character => character) % 3;

    private static Wire.Operation Message(Operation operation) => new()
    {
        OperationId = operation.Id,
        Kind = (Wire.OperationKind)operation.Kind,
        State = (Wire.OperationState)operation.State,
        Amount = operation.Currency is null ? null : new Amount { CurrencyCode = operation.Currency, MinorUnits = operation.Amount },
        OriginalOperationId = operation.Original ?? "",
        Payment = operation.Payment,
        Reference = operation.Reference ?? "",
        DeclineCode = operation.DeclineCode ?? "",
        DeclineMessage = operation.DeclineMessage ?? "",
        DecideTime = operation.State == OperationState.Pending ? null : Timestamp.FromDateTimeOffset(operation.DecideTime),
    };
}
