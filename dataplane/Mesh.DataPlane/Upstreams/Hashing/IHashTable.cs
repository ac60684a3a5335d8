using Mesh.Config.Model;

namespace Mesh.DataPlane.Upstreams.Hashing;

/// <summary>Gives each number an endpoint, so that a changed set of endpoints moves few numbers. Immutable.</summary>
internal interface IHashTable
{
    /// <summary>The endpoint of <paramref name="hash"/>, or the next in the table's order that is usable; null when none is.</summary>
    ProxyEndpoint? Find(ulong hash, Func<ProxyEndpoint, bool> isUsable);
}
