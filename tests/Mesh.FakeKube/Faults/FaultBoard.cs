using Mesh.FakeKube.Api;

namespace Mesh.FakeKube.Faults;

/// <summary>What can go wrong with an API server, on cue. Thread-safe.</summary>
public sealed class FaultBoard
{
    private readonly ClusterState cluster;
    private readonly RequestFaults requests = new();
    private long eventDelayTicks;

    internal FaultBoard(ClusterState cluster) => this.cluster = cluster;

    internal ConnectionFaults Connections { get; } = new();

    internal WatchRegistry Watches { get; } = new();

    internal RequestFaults Requests => requests;

    /// <summary>Watches that are open now.</summary>
    public int OpenWatches => Watches.Count;

    /// <summary>Client connections that are open now.</summary>
    public int OpenConnections => Connections.Count;

    /// <summary>While true every new connection is reset.</summary>
    public bool RefuseConnections
    {
        get => Connections.Refuse;
        set => Connections.Refuse = value;
    }

    /// <summary>How far the cluster's clock is ahead of the real one: timestamps and the life of tokens go by it.</summary>
    public TimeSpan ClockOffset
    {
        get => cluster.Time.Offset;
        set => cluster.Time.Offset = value;
    }

    /// <summary>How long every event is held back before watchers get it.</summary>
    public TimeSpan EventDelay
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref eventDelayTicks));
        set => Interlocked.Exchange(ref eventDelayTicks, value.Ticks);
    }

    /// <summary>Resets every connection that is open; new ones work.</summary>
    /// <returns>How many there were.</returns>
    public int BreakConnections() => Connections.Break();

    /// <summary>From now on no byte passes, and connections stay open, old ones and new: a firewall that drops packets.</summary>
    public void Stall() => Connections.Gate.Close();

    public void Resume() => Connections.Gate.Open();

    public void Add(RequestFault fault) => requests.Add(fault);

    public void Remove(RequestFault fault) => requests.Remove(fault);

    /// <summary>Removes every request fault.</summary>
    public void ClearRequests() => requests.Clear();

    /// <summary>Open watches go silent without being closed; new ones work.</summary>
    /// <param name="resource">Plural and group; null for all.</param>
    /// <returns>How many there were.</returns>
    public int SilenceWatches(string? resource = null)
    {
        var watches = Watches.Of(resource);
        foreach (var watch in watches) watch.Silence();
        return watches.Count;
    }

    /// <summary>Open watches are ended in good order, as a server does from time to time.</summary>
    /// <returns>How many there were.</returns>
    public int EndWatches(string? resource = null)
    {
        var watches = Watches.Of(resource);
        foreach (var watch in watches) watch.End();
        return watches.Count;
    }

    /// <summary>Compacts: every revision up to now is too old to watch from (410), continue tokens too.</summary>
    public void ExpireResourceVersions() => cluster.Store.Compact();

    /// <summary>Watches and reads with a resourceVersion stay at the state of now until <see cref="CatchUp"/>, while writes go on.</summary>
    public void LagBehind() => cluster.Store.Hold();

    public void CatchUp() => cluster.Store.Release();

    /// <summary>Ends everything that goes on; connections that broke stay broken.</summary>
    public void Clear()
    {
        ClearRequests();
        RefuseConnections = false;
        EventDelay = TimeSpan.Zero;
        ClockOffset = TimeSpan.Zero;
        CatchUp();
        Resume();
    }

    internal Task DelayEventsAsync(bool any, CancellationToken cancellation) =>
        any && EventDelay > TimeSpan.Zero ? Task.Delay(EventDelay, cluster.Options.Time, cancellation) : Task.CompletedTask;
}
