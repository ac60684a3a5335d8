using System.Collections.Concurrent;
using Mesh.Config.Model;

namespace Mesh.DataPlane.Upstreams;

/// <summary>All <see cref="UpstreamState"/>s of a proxy, by upstream.</summary>
public sealed class UpstreamStates
{
    private readonly ConcurrentDictionary<UpstreamKey, UpstreamState> states = new();

    public IEnumerable<UpstreamState> All => states.Values.OrderBy(static state => state.Key.ClusterName, StringComparer.Ordinal);

    public UpstreamState Of(Upstream upstream)
    {
        ArgumentNullException.ThrowIfNull(upstream);
        var state = states.GetOrAdd(upstream.Key, static key => new UpstreamState(key));
        state.Follow(upstream);
        return state;
    }
}
