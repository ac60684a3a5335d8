using System.Diagnostics;

namespace Mesh.Bench.Gateway.Wire;

/// <summary>One connection of the load: calls that are due, calls under way, and how long those took that have ended.</summary>
internal sealed class CallerConnection : IHttp2Side, IAsyncDisposable
{
    private readonly Stream stream;
    private readonly byte[] headers;
    private readonly byte[] body;
    private readonly int answerBytes;
    private readonly int streams;
    private readonly Func<bool> startsNext;
    private readonly Lock gate = new();
    private readonly Queue<long> due = new();
    private readonly Dictionary<int, (long Due, int Bytes)> underWay = [];
    private readonly List<double> milliseconds = [];
    private readonly Http2Link link;
    private readonly Task reading;
    private int nextStream = 1;
    private int failed;
    private bool ended;

    /// <param name="answerBytes">Of body that a right answer has.</param>
    /// <param name="streams">Most calls under way.</param>
    /// <param name="startsNext">Asked when a call has ended: true when the next one is due at once.</param>
    public CallerConnection(Stream stream, byte[] headers, byte[] body, int answerBytes, int streams, Func<bool> startsNext)
    {
        this.stream = stream;
        this.headers = headers;
        this.body = body;
        this.answerBytes = answerBytes;
        this.streams = streams;
        this.startsNext = startsNext;
        link = new Http2Link(stream, isServer: false, this);
        reading = link.RunAsync(CancellationToken.None);
    }

    /// <summary>Calls that have not ended.</summary>
    public int Open
    {
        get { lock (gate) return due.Count + underWay.Count; }
    }

    /// <summary>Milliseconds from when each call was due to its answer, and how many had no right answer; since the last time.</summary>
    public (List<double> Milliseconds, int Failed) Take()
    {
        lock (gate)
        {
            var taken = (new List<double>(milliseconds), failed);
            milliseconds.Clear();
            failed = 0;
            return taken;
        }
    }

    /// <summary>Makes the call now, or as soon as there is room for it; the time that it waits counts.</summary>
    /// <param name="at">Timestamp at which it is due.</param>
    public void Call(long at)
    {
        lock (gate)
        {
            if (ended) failed++;
            else due.Enqueue(at);
            Send();
        }
    }

    public void Flush() => link.Flush();

    public void Received(int streamId, int bytes, bool isEnd)
    {
        lock (gate)
        {
            if (!underWay.TryGetValue(streamId, out var call)) return;
            if (!isEnd)
            {
                underWay[streamId] = call with { Bytes = call.Bytes + bytes };
                return;
            }

            End(streamId, call.Due, call.Bytes + bytes == answerBytes);
        }
    }

    public void Reset(int streamId)
    {
        lock (gate)
        {
            if (underWay.TryGetValue(streamId, out var call)) End(streamId, call.Due, isRight: false);
        }
    }

    public void BatchEnded()
    {
        lock (gate) Send();
    }

    public void Ended()
    {
        lock (gate)
        {
            ended = true;
            failed += due.Count + underWay.Count;
            due.Clear();
            underWay.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void End(int streamId, long at, bool isRight)
    {
        underWay.Remove(streamId);
        if (isRight) milliseconds.Add(Stopwatch.GetElapsedTime(at).TotalMilliseconds);
        else failed++;
        if (startsNext()) due.Enqueue(Stopwatch.GetTimestamp());
    }

    private void Send()
    {
        while (due.TryPeek(out var at)
            && underWay.Count < Math.Min(streams, link.PeerStreams)
            && link.TryWrite(nextStream, headers, body, null))
        {
            due.Dequeue();
            underWay.Add(nextStream, (at, 0));
            nextStream += 2;
        }
    }
}
