using System.Text.Json.Nodes;
using Mesh.FakeKube.Kinds;

namespace Mesh.FakeKube.Storage;

/// <summary>
/// All objects with one count of revisions, as etcd keeps them, and the log of changes that watches read. Thread-safe; who reads and then
/// writes holds <see cref="Gate"/> meanwhile.
/// </summary>
internal sealed class ObjectStore(int logLimit)
{
    private readonly Dictionary<string, SortedDictionary<string, StoredObject>> objects = new(StringComparer.Ordinal);
    private readonly List<StoreEvent> log = [];
    private TaskCompletionSource changed = NewSignal();
    private long revision = 1;
    private long compacted;
    private long? held;

    public Lock Gate { get; } = new();

    public long Revision
    {
        get { lock (Gate) return revision; }
    }

    /// <summary>What watches and cached reads see: behind <see cref="Revision"/> while the cache is held.</summary>
    public long Visible
    {
        get { lock (Gate) return held ?? revision; }
    }

    /// <summary>The newest revision that is not in the log any more.</summary>
    public long Compacted
    {
        get { lock (Gate) return compacted; }
    }

    public StoredObject? Get(ResourceType type, string space, string name)
    {
        lock (Gate) return objects.TryGetValue(type.Id, out var all) ? all.GetValueOrDefault(StoredObject.KeyOf(space, name)) : null;
    }

    /// <summary>In the order of keys.</summary>
    public IReadOnlyList<StoredObject> All(string typeId)
    {
        lock (Gate) return objects.TryGetValue(typeId, out var all) ? [.. all.Values] : [];
    }

    /// <summary>As it was at that revision.</summary>
    /// <returns>Null when it has been compacted.</returns>
    public IReadOnlyList<StoredObject>? AllAt(string typeId, long at)
    {
        lock (Gate)
        {
            if (at < compacted) return null;
            if (at >= revision) return All(typeId);
            var state = objects.TryGetValue(typeId, out var all)
                ? new SortedDictionary<string, StoredObject>(all, StringComparer.Ordinal)
                : new SortedDictionary<string, StoredObject>(StringComparer.Ordinal);
            for (var index = log.Count - 1; index >= 0 && log[index].Revision > at; index--)
            {
                var undone = log[index];
                if (undone.TypeId != typeId) continue;
                if (undone.Before is null) state.Remove(undone.Last.Key);
                else state[undone.Last.Key] = undone.Before;
            }

            return [.. state.Values];
        }
    }

    /// <summary>Adds or replaces; takes <paramref name="value"/> over.</summary>
    public StoredObject Put(ResourceType type, JsonObject value)
    {
        lock (Gate)
        {
            var after = StoredObject.Of(type, ++revision, value);
            if (!objects.TryGetValue(type.Id, out var all))
                objects[type.Id] = all = new SortedDictionary<string, StoredObject>(StringComparer.Ordinal);
            var before = all.GetValueOrDefault(after.Key);
            all[after.Key] = after;
            Append(new StoreEvent(revision, type.Id, before, after, after));
            return after;
        }
    }

    /// <returns>The last content, at the revision of the deletion.</returns>
    public StoredObject Remove(StoredObject value)
    {
        lock (Gate)
        {
            var last = value.At(++revision);
            objects[value.Type.Id].Remove(value.Key);
            Append(new StoreEvent(revision, value.Type.Id, value, null, last));
            return last;
        }
    }

    /// <summary>Forgets the log up to now: watches and pages of before answer 410.</summary>
    public void Compact()
    {
        lock (Gate)
        {
            // A revision that nothing was written at, so that even the newest list is too old to watch from.
            compacted = ++revision;
            log.Clear();
            Signal();
        }
    }

    /// <summary>Cached reads and watches stay at the revision of now until <see cref="Release"/>: an API server that lags behind etcd.</summary>
    public void Hold()
    {
        lock (Gate) held ??= revision;
    }

    public void Release()
    {
        lock (Gate)
        {
            held = null;
            Signal();
        }
    }

    /// <summary>The visible events after <paramref name="after"/>, and what to wait for when there are none.</summary>
    /// <returns>Null events when some of them have been compacted.</returns>
    public (IReadOnlyList<StoreEvent>? Events, long Seen, Task Changed) Read(long after)
    {
        lock (Gate)
        {
            if (after < compacted) return (null, after, Task.CompletedTask);
            var seen = held ?? revision;
            var first = FirstAfter(after);
            var count = 0;
            while (first + count < log.Count && log[first + count].Revision <= seen) count++;
            return (log.GetRange(first, count), Math.Max(seen, after), changed.Task);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private int FirstAfter(long after)
    {
        int low = 0, high = log.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (log[middle].Revision <= after) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private void Append(StoreEvent change)
    {
        log.Add(change);
        if (log.Count > logLimit)
        {
            var dropped = logLimit / 4;
            compacted = log[dropped - 1].Revision;
            log.RemoveRange(0, dropped);
        }

        Signal();
    }

    private void Signal()
    {
        var old = changed;
        changed = NewSignal();
        old.TrySetResult();
    }
}
