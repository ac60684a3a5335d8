using System.Diagnostics.Metrics;
using Mesh.Payments.Storage;

namespace Mesh.Payments.Acquiring;

/// <summary>What the acquirer does to us, and how much of it is not known.</summary>
internal sealed class AcquiringMetrics : IDisposable
{
    private readonly Meter meter = new("Mesh.Payments");
    private readonly Histogram<double> duration;
    private UnsettledOperations unsettled = new(0, 0, null);

    public AcquiringMetrics(TimeProvider time)
    {
        duration = meter.CreateHistogram<double>("payments.acquirer.attempt.duration", "s",
            "How long an attempt at an operation took until the acquirer answered, by kind and outcome.");
        meter.CreateObservableGauge("payments.acquirer.operations.pending", () => Volatile.Read(ref unsettled).Pending, "{operation}",
            "Operations whose outcome is not known and that are tried on.");
        meter.CreateObservableGauge("payments.acquirer.operations.parked", () => Volatile.Read(ref unsettled).Parked, "{operation}",
            "Operations whose outcome is not known and that wait for people.");
        meter.CreateObservableGauge("payments.acquirer.operations.oldest_age",
            () => Volatile.Read(ref unsettled).OldestTime is { } oldest ? (time.GetUtcNow() - oldest).TotalSeconds : 0, "s",
            "Age of the oldest operation whose outcome is not known.");
    }

    public void Attempted(AcquirerOperationKind kind, string outcome, TimeSpan took) => duration.Record(took.TotalSeconds,
        new KeyValuePair<string, object?>("kind", kind.ToString().ToLowerInvariant()), new KeyValuePair<string, object?>("outcome", outcome));

    public void Show(UnsettledOperations now) => Volatile.Write(ref unsettled, now);

    /// <summary>Shows how many requests wait for the acquirer, beside how many may.</summary>
    public void ShowInFlight(Func<int> inFlight, int limit)
    {
        meter.CreateObservableGauge("payments.acquirer.in_flight", inFlight, "{request}", "Requests that wait for the store or the acquirer.");
        meter.CreateObservableGauge("payments.acquirer.in_flight.limit", () => limit, "{request}", "How many may.");
    }

    /// <summary>Whether it is one of these, and not of another server in the process.</summary>
    public bool Owns(Instrument instrument) => instrument.Meter == meter;

    public void Dispose() => meter.Dispose();
}
