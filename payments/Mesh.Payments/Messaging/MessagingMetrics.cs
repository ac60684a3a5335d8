using System.Diagnostics.Metrics;

namespace Mesh.Payments.Messaging;

/// <summary>What becomes of messages, and how busy the workers are.</summary>
internal sealed class MessagingMetrics : IDisposable
{
    private readonly Meter meter = new("Mesh.Payments");
    private readonly Histogram<double> duration;
    private readonly Histogram<double> age;
    private readonly Counter<long> published;

    public MessagingMetrics()
    {
        duration = meter.CreateHistogram<double>("payments.messages.attempt.duration", "s",
            "How long a message was in work, by type and by what became of it: complete, return, return_uncounted, bury or lost.");
        age = meter.CreateHistogram<double>("payments.messages.age", "s", "How old a message was when it was done, by type.");
        published = meter.CreateCounter<long>("payments.events.published", "{event}", "Changes of payments that the event bus took.");
    }

    public void Ended(Message message, string settlement, TimeSpan took, DateTimeOffset now)
    {
        var type = new KeyValuePair<string, object?>("type", message.Type);
        duration.Record(took.TotalSeconds, type, new KeyValuePair<string, object?>("settlement", settlement));
        if (settlement == "complete") age.Record(Math.Max(0, (now - message.CreateTime).TotalSeconds), type);
    }

    public void Published(int count) => published.Add(count);

    /// <summary>Shows how many messages are in work, beside how many may be.</summary>
    public void ShowInWork(Func<int> inWork, int limit)
    {
        meter.CreateObservableGauge("payments.messages.in_work", inWork, "{message}", "Messages that are worked on.");
        meter.CreateObservableGauge("payments.messages.in_work.limit", () => limit, "{message}", "How many may be.");
    }

    /// <summary>Whether it is one of these, and not of another server in the process.</summary>
    public bool Owns(Instrument instrument) => instrument.Meter == meter;

    public void Dispose() => meter.Dispose();
}
