using Mesh.Config.Resources;
using Mesh.Config.Sources;

namespace Mesh.Config.Tests.Simulation;

/// <summary>
/// A cluster and the source that watches it: events come late and twice, the watch is lost and comes back with the list of
/// what there is then. Objects it shows but has not told yet are nobody's knowledge.
/// </summary>
internal sealed class SimulatedCluster(string cluster) : IMeshSource
{
    private readonly Dictionary<ObjectKey, MeshObject> _content = [];
    private readonly Queue<MeshChanges> _onTheWay = new();
    private MeshChanges? _last;

    public string Name => $"sim:{cluster}";

    public string Cluster => cluster;

    public bool Watched { get; private set; } = true;

    public bool Synced { get; private set; }

    /// <summary>What the model has been told.</summary>
    public Dictionary<ObjectKey, MeshObject> Told { get; } = [];

    public IEnumerable<ObjectKey> Keys => _content.Keys;

    public Task RunAsync(IMeshSink sink, CancellationToken cancellationToken) => Task.CompletedTask;

    public void Put(IEnumerable<MeshObject> objects)
    {
        foreach (var value in objects)
        {
            _content[ObjectKey.Of(value)] = value;
            if (Watched) _onTheWay.Enqueue(new MeshChanges { Upserts = [value] });
        }
    }

    public void Remove(ObjectKey key)
    {
        if (_content.Remove(key) && Watched) _onTheWay.Enqueue(new MeshChanges { Deletes = [key] });
    }

    /// <summary>Events on the way are lost with the connection.</summary>
    public void LoseWatch()
    {
        Watched = false;
        _onTheWay.Clear();
    }

    public void List(IMeshSink sink)
    {
        Watched = true;
        _onTheWay.Clear();
        Synced = true;
        Tell(sink, new MeshChanges
        {
            Upserts = [.. _content.Values],
            Deletes = [.. Told.Keys.Where(key => !_content.ContainsKey(key))],
        });
    }

    /// <summary>Delivers some of the events that are on the way, in their order.</summary>
    public void Deliver(IMeshSink sink, int atMost)
    {
        while (atMost-- > 0 && _onTheWay.TryDequeue(out var changes)) Tell(sink, changes);
    }

    /// <summary>The last event comes once more, also a deletion of what is gone already.</summary>
    public void Repeat(IMeshSink sink)
    {
        if (_last is { } last) Tell(sink, last);
    }

    private void Tell(IMeshSink sink, MeshChanges changes)
    {
        foreach (var key in changes.Deletes) Told.Remove(key);
        foreach (var value in changes.Upserts) Told[ObjectKey.Of(value)] = value;
        _last = changes;
        sink.Apply(this, changes with { Synced = Synced });
    }
}
