using System.IO.Hashing;
using System.Text;
using Mesh.Config.Model;

namespace Mesh.DataPlane.Upstreams.Hashing;

/// <summary>A table in which each endpoint has, in turns, taken the next free place of its own permutation.</summary>
/// <remarks>Source: Eisenbud et al., "Maglev", NSDI 2016, §3.4; weights as Envoy's Maglev load balancer has them.</remarks>
internal sealed class MaglevTable : IHashTable
{
    private readonly ProxyEndpoint[] places;

    /// <param name="endpoints">Of one priority; not empty.</param>
    /// <param name="size">A prime number, larger than the number of endpoints by far.</param>
    public MaglevTable(IReadOnlyList<ProxyEndpoint> endpoints, long size)
    {
        places = new ProxyEndpoint[size];
        var turns = endpoints.Select(endpoint => new Turn(endpoint, (ulong)size)).ToArray();
        var heaviest = (double)endpoints.Max(endpoint => endpoint.Weight);
        var taken = 0L;
        for (var round = 1; taken < size; round++)
        {
            foreach (var turn in turns)
            {
                // The heaviest takes a place in each round, others whenever their share has grown to one.
                if (taken == size || round * (turn.Endpoint.Weight / heaviest) < turn.Taken + 1) continue;
                places[turn.NextFree(places)] = turn.Endpoint;
                taken++;
            }
        }
    }

    public ProxyEndpoint? Find(ulong hash, Func<ProxyEndpoint, bool> isUsable)
    {
        var refused = new HashSet<ProxyEndpoint>(ReferenceEqualityComparer.Instance);
        for (var i = 0UL; i < (ulong)places.Length; i++)
        {
            var owner = places[(hash + i) % (ulong)places.Length];
            if (refused.Contains(owner)) continue;
            if (isUsable(owner)) return owner;
            refused.Add(owner);
        }

        return null;
    }

    private sealed class Turn
    {
        private readonly ulong offset;
        private readonly ulong skip;
        private readonly ulong size;
        private ulong step;

        public Turn(ProxyEndpoint endpoint, ulong size)
        {
            Endpoint = endpoint;
            this.size = size;
            var name = Encoding.UTF8.GetBytes(EndpointId.Of(endpoint).ToString());
            offset = XxHash64.HashToUInt64(name) % size;
            skip = (XxHash64.HashToUInt64(name, 1) % (size - 1)) + 1;
        }

        public ProxyEndpoint Endpoint { get; }

        public long Taken { get; private set; }

        public ulong NextFree(ProxyEndpoint?[] places)
        {
            Taken++;
            while (true)
            {
                var place = (offset + (skip * step++)) % size;
                if (places[place] is null) return place;
            }
        }
    }
}
