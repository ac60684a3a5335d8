using System.Collections.Immutable;
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
        // In the client's namespace any rule counts that is exported there; for a client in the root namespace only
        // private ones, because public rules there are defaults for everybody.
        var own = InNamespace(config, service.Host, client.Namespace, rule => client.Namespace == options.RootNamespace
            ? ExportTo(config, rule) is ["."]
            : Exports(config, rule, client));
        return Best(config, own, service.Host, client, options)
               ?? Best(config, Exported(service.Namespace), service.Host, client, options)
               ?? Best(config, Exported(options.RootNamespace), service.Host, client, options);

        IEnumerable<DestinationRule> Exported(string space) =>
            InNamespace(config, service.Host, space, rule => Exports(config, rule, client));
    }

    private static ImmutableArray<string> ExportTo(TrafficConfig config, DestinationRule rule) =>
        rule.Spec.ExportTo.IsDefaultOrEmpty ? config.Settings.DefaultDestinationRuleExportTo : rule.Spec.ExportTo;

    private static bool Exports(TrafficConfig config, DestinationRule rule, ProxyScope client) => Visibility.Exports(
        rule.Spec.ExportTo, config.Settings.DefaultDestinationRuleExportTo, rule.Metadata.Namespace, client.Namespace);

    private static IEnumerable<DestinationRule> InNamespace(
        TrafficConfig config, string host, string space, Func<DestinationRule, bool> condition) =>
        config.DestinationRulesFor(host, space).Where(condition);

    private static EffectiveRule? Best(
        TrafficConfig config, IEnumerable<DestinationRule> rules, string host, ProxyScope client, MeshModelOptions options)
    {
        var matching = rules
            .Select(rule => (Host: HostNames.Complete(rule.Spec.Host, rule.Metadata.Namespace, options.ClusterDomain), Rule: rule))
            .Where(candidate => HostNames.Covers(candidate.Host, host) && Applies(candidate.Rule, client))
            .ToArray();
        if (matching.Length == 0) return null;
        var best = matching.Select(candidate => candidate.Host).Order(Comparer<string>.Create(HostNames.CompareSpecific)).First();
        var sameHost = matching.Where(candidate => candidate.Host == best).Select(candidate => candidate.Rule).ToArray();
        // A rule for selected clients wins over one for all, and is mixed only with those for the same clients.
        var selected = sameHost.Where(rule => rule.Spec.WorkloadSelector is not null).ToArray();
        if (selected.Length == 0) return Merge(sameHost.Where(rule => Overlap(ExportTo(config, sameHost[0]), ExportTo(config, rule))));
        var selector = selected[0].Spec.WorkloadSelector!.MatchLabels;
        return Merge(selected.Where(rule =>
            rule.Spec.WorkloadSelector!.MatchLabels.Count == selector.Count
            && LabelMatch.Selects(selector, rule.Spec.WorkloadSelector.MatchLabels)));
    }

    /// <summary>Rules for different audiences stay apart unless one of the audiences includes the other.</summary>
    private static bool Overlap(ImmutableArray<string> left, ImmutableArray<string> right) =>
        Includes(left, right) || Includes(right, left);

    private static bool Includes(ImmutableArray<string> outer, ImmutableArray<string> inner) =>
        outer.Contains("*") || inner.All(outer.Contains);

    private static bool Applies(DestinationRule rule, ProxyScope client) =>
        rule.Spec.WorkloadSelector is not { } selector
        || rule.Metadata.Namespace == client.Namespace && LabelMatch.Selects(selector.MatchLabels, client.Labels);

    /// <summary>Oldest first: later rules only add subsets with new names, and a policy when there is none yet.</summary>
    private static EffectiveRule Merge(IEnumerable<DestinationRule> candidates)
    {
        var rules = candidates.ToArray();
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
