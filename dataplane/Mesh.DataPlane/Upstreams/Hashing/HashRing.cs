using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Mesh.Config.Model;

namespace Mesh.DataPlane.Upstreams.Hashing;

/// <summary>A ring of points, as many for an endpoint as its weight is worth; a number belongs to the first point at or after it.</summary>
/// <remarks>
/// Source: Envoy, "Ring hash". Points and their number are Envoy's, so while all endpoints are up the same key goes to the same
/// endpoint here and there. Endpoints that cannot be used are passed over, where Envoy makes another ring: the others keep their keys.
/// </remarks>
internal sealed class HashRing : IHashTable
{
    /// <summary>Envoy's maximum_ring_size.</summary>
    private const double Largest = 8 * 1024 * 1024;

    private readonly ulong[] hashes;
    private readonly ProxyEndpoint[] owners;

    /// <param name="endpoints">Of one priority; not empty.</param>
    public HashRing(IReadOnlyList<ProxyEndpoint> endpoints, long minimumSize)
    {
        double total = endpoints.Sum(endpoint => (double)endpoint.Weight);
        var smallest = endpoints.Min(endpoint => endpoint.Weight / total);
        // The endpoint of the smallest weight gets a whole number of points, the others in proportion.
        var scale = Math.Min(Math.Ceiling(smallest * minimumSize) / smallest, Largest);
        var points = new List<(ulong Hash, ProxyEndpoint Owner)>((int)Math.Ceiling(scale));
        double target = 0;
        foreach (var endpoint in endpoints)
        {
            target += scale * (endpoint.Weight / total);
            var name = EndpointId.Of(endpoint).ToString();
            for (var i = 0; points.Count < target; i++)
                points.Add((XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{name}_{i}"))), endpoint));
        }

        points.Sort((left, right) => left.Hash.CompareTo(right.Hash));
        hashes = [.. points.Select(point => point.Hash)];
        owners = [.. points.Select(point => point.Owner)];
    }

    public int Size => hashes.Length;

    public ProxyEndpoint? Find(ulong hash, Func<ProxyEndpoint, bool> isUsable)
    {
        var start = Array.BinarySearch(hashes, hash);
        if (start < 0) start = ~start;
        var refused = new HashSet<ProxyEndpoint>(ReferenceEqualityComparer.Instance);
        for (var i = 0; i < owners.Length; i++)
        {
            var owner = owners[(start + i) % owners.Length];
            if (refused.Contains(owner)) continue;
            if (isUsable(owner)) return owner;
            refused.Add(owner);
        }

        return null;
    }
}
