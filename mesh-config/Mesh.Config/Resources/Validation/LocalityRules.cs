using System.Collections.Immutable;
using Mesh.Config.Resources.Networking;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Validation;

/// <summary>Rules of load balancing by locality.</summary>
/// <remarks>Source: istio pkg/config/validation/agent/validation.go, ValidateLocalityLbSetting.</remarks>
internal static class LocalityRules
{
    public static void Check(LocalityLbSetting value, RuleScope at)
    {
        if (!value.Distribute.IsEmpty && !value.Failover.IsEmpty) at["distribute"].Error("distribute and failover exclude each other; remove one");
        Localities([.. value.Distribute.Select(rule => rule.From)], i => at["distribute"][i]["from"]);
        for (var i = 0; i < value.Distribute.Length; i++) CheckShares(value.Distribute[i], at["distribute"][i]["to"]);
        CheckFailover(value.Failover, at["failover"]);
        if (!value.Failover.IsEmpty) NoTopologyLabels(value.FailoverPriority, "failover orders localities already", at["failoverPriority"]);
    }

    public static void CheckZoneAware(ZoneAwareLbSetting value, RuleScope at)
    {
        CheckFailover(value.Failover, at["failover"]);
        NoTopologyLabels(value.FailoverPriority, "zone-aware balancing orders localities already", at["failoverPriority"]);
    }

    /// <summary>Nothing fails over while nothing counts as failed.</summary>
    public static void NeedsOutlier(
        ImmutableArray<LocalityFailover> failover, ImmutableArray<string> priority, OutlierDetection? outlier, RuleScope at)
    {
        if (outlier is null && (!failover.IsEmpty || !priority.IsEmpty))
            at[failover.IsEmpty ? "failoverPriority" : "failover"].Warning(
                "has no effect without outlierDetection; add it beside loadBalancer", DiagnosticCodes.NoEffect);
    }

    private static void CheckShares(LocalityDistribute rule, RuleScope at)
    {
        var sum = 0L;
        foreach (var (locality, share) in rule.To)
        {
            sum += share;
            if (share is 0 or > 100) at.Entry(locality).Error("a share must be between 1 and 100");
        }

        if (sum != 100) at.Error($"the shares from \"{rule.From}\" must add up to 100");
        var targets = rule.To.Keys.ToImmutableArray();
        Localities(targets, i => at.Key(targets[i]));
    }

    private static void Localities(ImmutableArray<string> localities, Func<int, RuleScope> at)
    {
        var parts = localities.Select(locality => locality.Split('/')).ToArray();
        for (var i = 0; i < parts.Length; i++)
        {
            if (!IsLocality(localities[i]))
            {
                at(i).Error($"\"{localities[i]}\" is not region, region/zone or region/zone/subzone, with * only at the end");
                continue;
            }

            for (var j = 0; j < i; j++)
                if (Overlap(parts[i], parts[j]))
                    at(i).Error($"\"{localities[i]}\" overlaps with \"{localities[j]}\"; keep one");
        }
    }

    private static bool IsLocality(string locality)
    {
        var parts = locality.Split('/');
        if (parts.Length > 3 || parts.Any(part => part.Length == 0)) return false;
        var star = locality.IndexOf('*', StringComparison.Ordinal);
        return star < 0 || star == locality.Length - 1;
    }

    private static bool Overlap(string[] left, string[] right)
    {
        for (var i = 0; i < Math.Min(left.Length, right.Length); i++)
        {
            if (left[i] == "*" || right[i] == "*") return true;
            if (left[i] != right[i]) return false;
        }

        return true;
    }

    private static void CheckFailover(ImmutableArray<LocalityFailover> rules, RuleScope at)
    {
        for (var i = 0; i < rules.Length; i++)
        {
            if (rules[i].From == rules[i].To) at[i]["to"].Error("must differ from from");
            if (!IsRegion(rules[i].From)) at[i]["from"].Error($"\"{rules[i].From}\" must be a region, without zone and *");
            if (!IsRegion(rules[i].To)) at[i]["to"].Error($"\"{rules[i].To}\" must be a region, without zone and *");
        }
    }

    private static bool IsRegion(string text) => !text.Contains('/', StringComparison.Ordinal) && !text.Contains('*', StringComparison.Ordinal);

    private static void NoTopologyLabels(ImmutableArray<string> priority, string why, RuleScope at)
    {
        for (var i = 0; i < priority.Length; i++)
        {
            var label = priority[i].Split('=')[0];
            if (label is "topology.kubernetes.io/region" or "topology.kubernetes.io/zone" or "topology.istio.io/subzone")
                at[i].Error($"{why}; remove {label}");
        }
    }
}
