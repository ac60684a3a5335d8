using System.Collections.Concurrent;

namespace Mesh.Config.Routing;

/// <summary>The virtual host of each name that requests have asked for. Thread-safe.</summary>
internal sealed class GatewayHostCache
{
    /// <summary>How many names are kept that no resource spells out: clients can make up any number of them.</summary>
    private const int MaxForeign = 1024;

    private readonly ConcurrentDictionary<string, VirtualHost?> _hosts = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, VirtualHost?>.AlternateLookup<ReadOnlySpan<char>> _byName;
    private int _foreign;

    public GatewayHostCache() => _byName = _hosts.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <returns>False when nothing is known of the name yet.</returns>
    public bool TryGet(ReadOnlySpan<char> name, out VirtualHost? host) => _byName.TryGetValue(name, out host);

    /// <param name="isForeign">The name is none that a resource spells out.</param>
    public void Add(string name, VirtualHost? host, bool isForeign)
    {
        if (isForeign && Interlocked.Increment(ref _foreign) > MaxForeign)
        {
            Interlocked.Decrement(ref _foreign);
            return;
        }

        _hosts.TryAdd(name, host);
    }
}
