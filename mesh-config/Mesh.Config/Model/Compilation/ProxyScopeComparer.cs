using System.Collections.Immutable;

namespace Mesh.Config.Model.Compilation;

/// <summary>Scopes by value: two proxies that are told the same see the same.</summary>
internal sealed class ProxyScopeComparer : IEqualityComparer<ProxyScope>
{
    public static ProxyScopeComparer Instance { get; } = new();

    public bool Equals(ProxyScope? x, ProxyScope? y)
    {
        if (ReferenceEquals(x, y)) return true;
        if (x is null || y is null) return false;
        return x.Type == y.Type && x.Cluster == y.Cluster && x.Network == y.Network && x.Locality == y.Locality
               && x.Namespace == y.Namespace && x.NodeName == y.NodeName
               && x.IPv4 == y.IPv4 && x.IPv6 == y.IPv6
               && Same(x.Labels, y.Labels)
               && Networks(x).SequenceEqual(Networks(y), StringComparer.Ordinal);
    }

    public int GetHashCode(ProxyScope obj) =>
        HashCode.Combine(obj.Type, obj.Cluster, obj.Network, obj.Locality, obj.Namespace, obj.Labels.Count);

    private static bool Same(
        ImmutableSortedDictionary<string, string> left, ImmutableSortedDictionary<string, string> right) =>
        left.Count == right.Count && LabelMatch.Selects(left, right);

    private static ImmutableArray<string> Networks(ProxyScope scope) =>
        scope.RequestedNetworks.IsDefault ? [] : scope.RequestedNetworks;
}
