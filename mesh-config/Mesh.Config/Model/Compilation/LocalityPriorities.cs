using System.Collections.Immutable;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Model.Compilation;

/// <summary>Priorities and weights of locality groups under a DestinationRule's locality settings.</summary>
/// <remarks>Source: istio pilot/pkg/networking/core/loadbalancer/loadbalancer.go; multicluster.md §12.</remarks>
internal static class LocalityPriorities
{
    /// <param name="groups">One list per locality, changed in place; no list is empty.</param>
    /// <param name="hasOutlier">Outlier detection is on for the call.</param>
    public static void Apply(
        List<List<ProxyEndpoint>> groups, ProxyScope scope, LocalityChoice setting, bool hasOutlier)
    {
        if (setting.IsOff || groups.Count == 0) return;
        if (!setting.Distribute.IsEmpty)
        {
            Distribute(groups, scope.Locality, setting.Distribute);
            return;
        }

        // Without outlier detection nobody would notice that a locality failed: Istio then leaves all at priority 0.
        if (!hasOutlier && !setting.IsForced) return;
        var priorities = groups.ConvertAll(group => group.ConvertAll(endpoint => Priority(endpoint, scope, setting)));
        var compact = priorities.SelectMany(list => list).Distinct().Order().Select((priority, i) => (priority, i))
            .ToDictionary(pair => pair.priority, pair => pair.i);
        for (var i = 0; i < groups.Count; i++)
            for (var j = 0; j < groups[i].Count; j++)
                groups[i][j] = groups[i][j] with { Priority = compact[priorities[i][j]] };
    }

    private static int Priority(ProxyEndpoint endpoint, ProxyScope scope, LocalityChoice setting)
    {
        var labels = setting.FailoverPriority;
        var byLocality = setting.ByRegion
            ? ByRegion(endpoint.Locality, scope.Locality, setting.Failover)
            : ByLocality(endpoint.Locality, scope.Locality, setting.Failover);
        if (labels.IsDefaultOrEmpty) return byLocality;
        var byLabels = ByLabels(endpoint, scope, labels);
        return setting.Failover.IsEmpty ? byLabels : byLabels * 5 + byLocality;
    }

    /// <summary>0 same region, 1 the region that a failover rule names, 2 elsewhere.</summary>
    private static int ByRegion(Locality endpoint, Locality proxy, ImmutableArray<LocalityFailover> failover)
    {
        if (endpoint.Region == proxy.Region) return 0;
        var rule = failover.FirstOrDefault(candidate => candidate.From == proxy.Region);
        return rule is not null && rule.To == endpoint.Region ? 1 : 2;
    }

    /// <summary>0 same subzone, 1 same zone, 2 same region, 3 elsewhere; with a failover rule 4 for all but the region it names.</summary>
    private static int ByLocality(Locality endpoint, Locality proxy, ImmutableArray<LocalityFailover> failover)
    {
        if (endpoint.Region == proxy.Region)
        {
            if (endpoint.Zone != proxy.Zone) return 2;
            return endpoint.SubZone == proxy.SubZone ? 0 : 1;
        }

        foreach (var rule in failover)
            if (rule.From == proxy.Region)
                return endpoint.Region == rule.To ? 3 : 4;
        return 3;
    }

    /// <summary>
    /// The more leading labels agree, the better. A mismatch of a leading network label does not end the comparison but
    /// ranks the endpoint behind all of the own network.
    /// </summary>
    private static int ByLabels(ProxyEndpoint endpoint, ProxyScope scope, ImmutableArray<string> labels)
    {
        var penalty = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            var equals = labels[i].IndexOf('=', StringComparison.Ordinal);
            var key = equals < 0 ? labels[i] : labels[i][..equals];
            var wanted = equals < 0 ? LabelOf(scope, key) : labels[i][(equals + 1)..];
            if (wanted == LabelOf(endpoint, key)) continue;
            if (i == 0 && key == TopologyLabels.Network)
            {
                penalty = labels.Length;
                continue;
            }

            return labels.Length - i + penalty;
        }

        return penalty;
    }

    private static string LabelOf(ProxyScope scope, string key) => key switch
    {
        TopologyLabels.Network => scope.Network,
        TopologyLabels.Cluster => scope.Cluster,
        TopologyLabels.Hostname when scope.NodeName.Length > 0 => scope.NodeName,
        _ => LabelOf(scope.Locality, key) ?? scope.Labels.GetValueOrDefault(key) ?? "",
    };

    private static string LabelOf(ProxyEndpoint endpoint, string key) => key switch
    {
        TopologyLabels.Network => endpoint.Network,
        TopologyLabels.Cluster => endpoint.Cluster,
        _ when endpoint.IsGateway => "",
        TopologyLabels.Hostname when endpoint.NodeName.Length > 0 => endpoint.NodeName,
        _ => LabelOf(endpoint.Locality, key) ?? endpoint.Labels.GetValueOrDefault(key) ?? "",
    };

    private static string? LabelOf(Locality locality, string key) => key switch
    {
        TopologyLabels.Region => locality.Region,
        TopologyLabels.Zone => locality.Zone,
        TopologyLabels.SubZone => locality.SubZone,
        _ => null,
    };

    private static void Distribute(
        List<List<ProxyEndpoint>> groups, Locality proxy, ImmutableArray<LocalityDistribute> rules)
    {
        var rule = rules.FirstOrDefault(candidate => Matches(Locality.Parse(candidate.From), proxy));
        if (rule is null) return;
        var left = new List<int>(Enumerable.Range(0, groups.Count));
        foreach (var (to, percent) in rule.To)
        {
            var pattern = Locality.Parse(to);
            var matched = left.Where(i => Matches(pattern, groups[i][0].Locality)).ToArray();
            var total = matched.Sum(i => groups[i].Sum(endpoint => (double)endpoint.Weight));
            foreach (var i in matched)
            {
                left.Remove(i);
                // Istio rounds the share of a group up; here it is spread over the group's endpoints, in thousandths
                // so that small endpoints keep their proportion.
                groups[i] = groups[i].ConvertAll(endpoint => endpoint with
                {
                    Weight = (uint)Math.Max(1, Math.Round(1000d * percent * endpoint.Weight / total)),
                });
            }
        }

        foreach (var i in left.OrderDescending()) groups.RemoveAt(i);
    }

    private static bool Matches(Locality pattern, Locality locality)
    {
        if (pattern.Region != "*" && pattern.Region != locality.Region) return false;
        if (!string.IsNullOrEmpty(pattern.Zone) && pattern.Zone != "*" && pattern.Zone != locality.Zone) return false;
        return string.IsNullOrEmpty(pattern.SubZone) || pattern.SubZone == "*" || pattern.SubZone == locality.SubZone;
    }
}
