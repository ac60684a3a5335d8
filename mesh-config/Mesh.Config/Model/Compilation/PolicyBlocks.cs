using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Model.Compilation;

/// <summary>The four blocks that port and subset levels replace.</summary>
internal sealed record PolicyBlocks(
    LoadBalancerSettings? LoadBalancer,
    ConnectionPoolSettings? ConnectionPool,
    OutlierDetection? Outlier,
    ClientTlsSettings? Tls)
{
    public static PolicyBlocks None { get; } = new(null, null, null, null);

    /// <summary>
    /// Policy of a port and subset: settings of the port replace all four blocks of the rule; the subset then overrides
    /// block by block, and its settings of the port replace all four again.
    /// </summary>
    public static PolicyBlocks Of(EffectiveRule? rule, int port, string subset)
    {
        if (rule is null) return None;
        var blocks = rule.Policy is { } policy ? PortLevel(policy, port) ?? Whole(policy) : None;
        if (subset.Length == 0 || rule.FindSubset(subset)?.TrafficPolicy is not { } own) return blocks;
        if (PortLevel(own, port) is { } ported) return ported;
        return new PolicyBlocks(
            own.LoadBalancer ?? blocks.LoadBalancer,
            own.ConnectionPool ?? blocks.ConnectionPool,
            own.OutlierDetection ?? blocks.Outlier,
            own.Tls ?? blocks.Tls);
    }

    private static PolicyBlocks Whole(TrafficPolicySpec policy) =>
        new(policy.LoadBalancer, policy.ConnectionPool, policy.OutlierDetection, policy.Tls);

    private static PolicyBlocks? PortLevel(TrafficPolicySpec policy, int port)
    {
        foreach (var level in policy.PortLevelSettings)
            if (level.Port?.Number == port)
                return new PolicyBlocks(level.LoadBalancer, level.ConnectionPool, level.OutlierDetection, level.Tls);
        return null;
    }
}
