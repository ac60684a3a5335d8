using Mesh.Config.Resources;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Model.Compilation;

/// <summary>Finds and merges the DestinationRules that a client applies to a host.</summary>
/// <remarks>Source: istio pilot/pkg/model/push_context.go and destination_rule.go; traffic-resources.md §R.</remarks>
internal static class DestinationRules
{
    /// <summary>Null when no rule is for the host.</summary>
    public static EffectiveRule? Find(
        TrafficConfig config, CompiledService service, ProxyScope client, MeshModelOptions options)
    {
        // In the client's namespace any rule counts; for a client in the root namespace only private ones, because
        // public rules there are defaults for everybody.
        var own = InNamespace(config, service.Host, client.Namespace, rule =>
            client.Namespace != options.RootNamespace || rule.Spec.ExportTo is ["."]);
        return Best(own, service.Host, client, options)
               ?? Best(Exported(service.Namespace), service.Host, client, options)
               ?? Best(Exported(options.RootNamespace), service.Host, client, options);

        IEnumerable<DestinationRule> Exported(string space) => InNamespace(config, service.Host, space, rule =>
            Visibility.Exports(rule.Spec.ExportTo, rule.Metadata.Namespace, client.Namespace));
    }

    private static IEnumerable<DestinationRule> InNamespace(
        TrafficConfig config, string host, string space, Func<DestinationRule, bool> condition) =>
        config.DestinationRulesFor(host, space).Where(condition);

    private static EffectiveRule? Best(
        IEnumerable<DestinationRule> rules, string host, ProxyScope client, MeshModelOptions options)
    {
        var matching = rules
            .Select(rule => (Host: HostNames.Complete(rule.Spec.Host, rule.Metadata.Namespace, options.ClusterDomain), Rule: rule))
            .Where(candidate => HostNames.Covers(candidate.Host, host) && Applies(candidate.Rule, client))
            .ToArray();
        if (matching.Length == 0) return null;
        var best = matching.Select(candidate => candidate.Host).Order(Comparer<string>.Create(HostNames.CompareSpecific)).First();
        var sameHost = matching.Where(candidate => candidate.Host == best).Select(candidate => candidate.Rule).ToArray();
        // A rule for selected clients wins over one for all, and is not mixed with it.
        var selected = sameHost.Where(rule => rule.Spec.WorkloadSelector is not null).ToArray();
        return Merge(selected.Length > 0 ? selected : sameHost);
    }

    private static bool Applies(DestinationRule rule, ProxyScope client) =>
        rule.Spec.WorkloadSelector is not { } selector
        || rule.Metadata.Namespace == client.Namespace && LabelMatch.Selects(selector.MatchLabels, client.Labels);

    /// <summary>Oldest first: later rules only add subsets with new names, and a policy when there is none yet.</summary>
    private static EffectiveRule Merge(DestinationRule[] rules)
    {
        var subsets = new List<Subset>();
        TrafficPolicySpec? policy = null;
        foreach (var rule in rules)
        {
            policy ??= rule.Spec.TrafficPolicy;
            foreach (var subset in rule.Spec.Subsets)
                if (!subsets.Exists(known => known.Name == subset.Name))
                    subsets.Add(subset);
        }

        return new EffectiveRule(policy, [.. subsets], [.. rules.Select(rule => rule.Subject)]);
    }
}
