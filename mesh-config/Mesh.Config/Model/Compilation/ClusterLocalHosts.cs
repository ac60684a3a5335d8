using System.Collections.Immutable;
using Mesh.Config.Resources;

namespace Mesh.Config.Model.Compilation;

/// <summary>Hosts whose endpoints count only inside their own cluster.</summary>
/// <remarks>Source: istio pilot/pkg/model/cluster_local.go; multicluster.md §9.</remarks>
internal sealed class ClusterLocalHosts
{
    private readonly ImmutableArray<(string Pattern, bool Local)> _rules;

    /// <param name="settings">Host patterns of MeshConfig.serviceSettings and whether they are cluster-local.</param>
    public ClusterLocalHosts(IEnumerable<(string Pattern, bool Local)> settings, MeshModelOptions options)
    {
        var rules = new Dictionary<string, bool>(StringComparer.OrdinalIgnoreCase)
        {
            // What every cluster has for itself: a call that left the cluster would reach somebody else's.
            [$"*.kube-system.svc.{options.ClusterDomain}"] = true,
            [$"kubernetes.default.svc.{options.ClusterDomain}"] = true,
            [$"istiod.{options.RootNamespace}.svc.{options.ClusterDomain}"] = true,
        };
        foreach (var (pattern, local) in settings) rules[pattern] = local;
        _rules = [.. rules.OrderBy(pair => pair.Key, Comparer<string>.Create(HostNames.CompareSpecific)).Select(pair => (pair.Key, pair.Value))];
    }

    /// <summary>The most specific pattern that covers the host decides.</summary>
    public bool Contains(string host)
    {
        foreach (var (pattern, local) in _rules)
            if (HostNames.Covers(pattern, host))
                return local;
        return false;
    }
}
