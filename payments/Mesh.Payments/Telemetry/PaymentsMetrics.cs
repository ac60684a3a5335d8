using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Mesh.Payments.Telemetry;

/// <summary>
/// Where a request's time goes between its arrival and its commit: the wait in the queue, for a connection, for statements, for
/// rows that others lock, and the commit apart, so that "is the database the bottleneck?" is answered by looking.
/// </summary>
/// <remarks>Names follow OpenTelemetry's conventions; durations are seconds. Prometheus shows <c>mesh_payments_queue_wait_seconds</c> and so on.</remarks>
internal static class PaymentsMetrics
{
    public const string Name = "Mesh.Payments";

    private static readonly Meter Meter = new(Name);

    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    private static readonly InstrumentAdvice<int> Counts = new()
    {
        HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048],
    };

    /// <summary>Traces: a span for each batch, with its statements and its commit inside.</summary>
    public static readonly ActivitySource Activities = new(Name);

    /// <summary>Tag <c>queue</c>.</summary>
    public static readonly Histogram<double> QueueWait = Duration("mesh.payments.queue.wait", "From arrival until the item's batch begins.");

    /// <summary>Tag <c>queue</c>.</summary>
    public static readonly Counter<int> QueueRefused = Meter.CreateCounter<int>("mesh.payments.queue.refused", "{item}", "Refused because too much waited.");

    /// <summary>Tag <c>queue</c>.</summary>
    public static readonly Histogram<int> BatchSize =
        Meter.CreateHistogram("mesh.payments.batch.size", "{item}", "Items of one transaction.", null, Counts);

    /// <summary>Tags <c>queue</c> and <c>reason</c>.</summary>
    public static readonly Counter<int> BatchRetries = Meter.CreateCounter<int>("mesh.payments.batch.retries", "{batch}", "Batches run again.");

    public static readonly Histogram<double> PoolWait = Duration("mesh.payments.db.pool.wait", "Until a connection was free.");

    /// <summary>Tag <c>statement</c>: verb and table.</summary>
    public static readonly Histogram<double> Statement = Duration("mesh.payments.db.statement", "A statement, with its round trip.");

    /// <summary>Tag <c>statement</c>.</summary>
    public static readonly Histogram<double> LockWait =
        Duration("mesh.payments.db.lock", "A statement that locks rows, or the begin of a write transaction: mostly the wait for others.");

    public static readonly Histogram<double> Commit = Duration("mesh.payments.db.commit", "Until the commit is durable.");

    /// <summary>Queues that are there: asked when somebody looks, so that none that began before the first look is missed.</summary>
    private static readonly ConcurrentDictionary<object, (string Name, int Limit, Func<int> Depth)> Queues = new();

    static PaymentsMetrics()
    {
        Meter.CreateObservableUpDownCounter("mesh.payments.queue.depth", () => Sum(queue => queue.Depth()), "{item}", "What waits now, by weight.");
        Meter.CreateObservableUpDownCounter("mesh.payments.queue.limit", () => Sum(queue => queue.Limit), "{item}", "What may wait, by weight.");
    }

    /// <summary>Shows how near to its limit a queue is, until <see cref="Forget"/>.</summary>
    public static void Watch(object queue, string name, int limit, Func<int> depth) => Queues[queue] = (name, limit, depth);

    public static void Forget(object queue) => Queues.TryRemove(queue, out _);

    private static IEnumerable<Measurement<int>> Sum(Func<(string Name, int Limit, Func<int> Depth), int> value) => Queues.Values
        .GroupBy(queue => queue.Name)
        .Select(group => new Measurement<int>(group.Sum(value), new KeyValuePair<string, object?>("queue", group.Key)));

    private static Histogram<double> Duration(string name, string description) => Meter.CreateHistogram(name, "s", description, null, Seconds);
}
