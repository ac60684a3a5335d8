using System.Collections.Concurrent;
using Mesh.FakeKube.Kinds;

namespace Mesh.FakeKube.Faults;

/// <summary>The watches that are open now.</summary>
internal sealed class WatchRegistry
{
    private readonly ConcurrentDictionary<WatchHandle, byte> open = new();

    public int Count => open.Count;

    /// <param name="resource">Plural and group; null for all.</param>
    public IReadOnlyList<WatchHandle> Of(string? resource) =>
        [.. open.Keys.Where(watch => resource is null || watch.Resource == resource)];

    public WatchHandle Begin(ResourceType type, HttpContext context)
    {
        var watch = new WatchHandle(this, type, context.RequestAborted);
        open[watch] = 0;
        return watch;
    }

    public void Remove(WatchHandle watch) => open.TryRemove(watch, out _);
}
