using System.Collections.Immutable;
using Mesh.Hosting.Metrics;

namespace Mesh.DataPlane.Telemetry;

/// <summary>All metrics of requests with the same labels.</summary>
internal sealed class RequestSeries(ImmutableArray<(string Name, string Value)> pairs, string labels)
{
    private long requestMessages;
    private long responseMessages;

    public ImmutableArray<(string Name, string Value)> Pairs { get; } = pairs;

    /// <summary>The same, rendered.</summary>
    public string Labels { get; } = labels;

    /// <summary>Milliseconds; its count is the number of requests.</summary>
    public HistogramValues Duration { get; } = new(IstioBuckets.Bounds);

    public HistogramValues RequestBytes { get; } = new(IstioBuckets.Bounds);

    public HistogramValues ResponseBytes { get; } = new(IstioBuckets.Bounds);

    public long RequestMessages => Interlocked.Read(ref requestMessages);

    public long ResponseMessages => Interlocked.Read(ref responseMessages);

    public void AddMessages(long sent, long received)
    {
        if (sent > 0) Interlocked.Add(ref requestMessages, sent);
        if (received > 0) Interlocked.Add(ref responseMessages, received);
    }
}
