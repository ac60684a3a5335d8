using Mesh.Payments.Acquiring;

namespace Mesh.Payments.Tests.Acquiring.Simulation;

/// <summary>
/// An acquirer that does each id once and otherwise behaves as badly as it may: turns away, loses requests, loses answers, keeps
/// quiet, decides late, declines.
/// </summary>
internal sealed class SimulatedAcquirer(Random random)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, (AcquirerOperation Operation, AcquirerOutcome Outcome)> log = [];
    private readonly List<TaskCompletionSource> quiet = [];

    /// <summary>From then on it answers at once, and what was pending is decided.</summary>
    public bool IsWell { get; private set; }

    public IReadOnlyDictionary<string, (AcquirerOperation Operation, AcquirerOutcome Outcome)> Log => log;

    /// <summary>What somebody did wrong with it.</summary>
    public List<string> Complaints { get; } = [];

    public async Task<AcquirerOutcome> SendAsync(AcquirerOperation operation, CancellationToken cancellationToken)
    {
        Task? silence = null;
        lock (gate)
        {
            var behaviour = IsWell ? 99 : random.Next(100);
            if (behaviour < 10) throw new AcquirerUnavailableException("turned away");
            if (behaviour < 20) throw new AcquirerUnknownException("the request was lost");
            Take(operation, isLate: behaviour is >= 20 and < 30);
            if (behaviour is >= 30 and < 45) throw new AcquirerUnknownException("the answer was lost");
            if (behaviour is >= 45 and < 60) silence = Quiet();
        }

        if (silence is not null) await silence.WaitAsync(cancellationToken);
        lock (gate) return log[operation.Id].Outcome;
    }

    public Task<AcquirerOutcome?> FindAsync(string id)
    {
        lock (gate)
        {
            if (!IsWell && random.Next(100) < 20) throw new AcquirerUnknownException("no answer to the question");
            return Task.FromResult(log.TryGetValue(id, out var known) ? known.Outcome : null);
        }
    }

    /// <summary>Speaks to those whom it kept waiting.</summary>
    public void Speak()
    {
        lock (gate)
        {
            foreach (var one in quiet) one.TrySetResult();
            quiet.Clear();
            foreach (var (id, entry) in log.Where(entry => entry.Value.Outcome is AcquirerOutcome.Pending).ToList())
                log[id] = (entry.Operation, Decide(id));
        }
    }

    public void GetWell()
    {
        IsWell = true;
        Speak();
    }

    private Task Quiet()
    {
        var one = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        quiet.Add(one);
        return one.Task;
    }

    private void Take(AcquirerOperation operation, bool isLate)
    {
        if (log.TryGetValue(operation.Id, out var known))
        {
            if (known.Operation != operation) Complaints.Add($"{operation} was sent before as {known.Operation}");
            return;
        }

        log[operation.Id] = (operation, isLate ? new AcquirerOutcome.Pending() : Decide(operation.Id));
    }

    private AcquirerOutcome Decide(string id) => random.Next(100) < 20
        ? new AcquirerOutcome.Declined("no_luck", "no luck")
        : new AcquirerOutcome.Approved($"ref-{id}");
}
