using System.Collections.Concurrent;
using Mesh.Hosting;
using Mesh.Payments.Domain;

namespace Mesh.Payments.Acquiring;

/// <summary>
/// An acquirer inside this process, to try payments with: it decides by the token alone, moves no money, and remembers its
/// latest operations until the process ends. What it has forgotten it decides again, in the same way.
/// </summary>
/// <param name="timeout">After so long a call is answered as a remote acquirer's would be: not at all.</param>
internal sealed class SandboxAcquirer(TimeSpan timeout, TimeProvider time) : IAcquirer
{
    private const int Remembered = 10_000;
    private const int Refusals = 2;
    private static readonly TimeSpan LateAfter = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, AcquirerOutcome> decided = [];
    private readonly ConcurrentDictionary<string, int> refused = [];
    private readonly ConcurrentQueue<string> order = [];

    public async Task<AcquirerOutcome> SendAsync(AcquirerOperation operation, CancellationToken cancellationToken)
    {
        Invariant.Holds(operation.Amount.IsPositive, $"operation {operation.Id} of {operation.Amount.MinorUnits}");
        if (decided.TryGetValue(operation.Id, out var known)) return known;
        if (operation.PaymentMethod == PaymentMethods.Unavailable && refused.AddOrUpdate(operation.Id, 1, (_, times) => times + 1) <= Refusals)
            throw new AcquirerUnavailableException($"the sandbox turned operation {operation.Id} away");

        var outcome = Remember(operation);
        var answersAfter = operation.PaymentMethod switch
        {
            PaymentMethods.Timeout => Timeout.InfiniteTimeSpan,
            PaymentMethods.Late => LateAfter,
            _ => TimeSpan.Zero,
        };
        if (answersAfter == TimeSpan.Zero) return outcome;
        var late = answersAfter == Timeout.InfiniteTimeSpan || answersAfter >= timeout;
        await Task.Delay(late ? timeout : answersAfter, time, cancellationToken).ConfigureAwait(false);
        return late ? throw new AcquirerUnknownException($"the sandbox did not answer operation {operation.Id} in time") : outcome;
    }

    public Task<AcquirerOutcome?> FindAsync(string operationId, CancellationToken cancellationToken) =>
        Task.FromResult(decided.GetValueOrDefault(operationId));

    private AcquirerOutcome Remember(AcquirerOperation operation)
    {
        var outcome = Decide(operation);
        if (!decided.TryAdd(operation.Id, outcome)) return decided[operation.Id];
        refused.TryRemove(operation.Id, out _);
        order.Enqueue(operation.Id);
        while (order.Count > Remembered && order.TryDequeue(out var oldest)) decided.TryRemove(oldest, out _);
        return outcome;
    }

    private static AcquirerOutcome Decide(AcquirerOperation operation)
    {
        var failure = operation.PaymentMethod is { } token ? PaymentMethods.Authorize(token) : null;
        return failure is null
            ? new AcquirerOutcome.Approved($"sandbox-{operation.Id}")
            : new AcquirerOutcome.Declined(failure.Code, failure.Message);
    }
}
