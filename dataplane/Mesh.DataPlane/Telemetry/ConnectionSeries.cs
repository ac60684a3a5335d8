using System.Collections.Immutable;

namespace Mesh.DataPlane.Telemetry;

/// <summary>The metrics of TCP connections with the same labels.</summary>
internal sealed class ConnectionSeries(ImmutableArray<(string Name, string Value)> pairs, string labels) : ITcpMeter
{
    private long opened;
    private long closed;
    private long sent;
    private long received;

    public ImmutableArray<(string Name, string Value)> Pairs { get; } = pairs;

    /// <summary>The same, rendered.</summary>
    public string Labels { get; } = labels;

    public long OpenedTotal => Interlocked.Read(ref opened);

    public long ClosedTotal => Interlocked.Read(ref closed);

    public long SentTotal => Interlocked.Read(ref sent);

    public long ReceivedTotal => Interlocked.Read(ref received);

    public void Opened() => Interlocked.Increment(ref opened);

    public void Closed() => Interlocked.Increment(ref closed);

    public void Sent(long bytes) => Interlocked.Add(ref sent, bytes);

    public void Received(long bytes) => Interlocked.Add(ref received, bytes);
}
