using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Model.Compilation;

/// <summary>The blocks of a traffic policy: four that port and subset levels replace, and three that have no port level.</summary>
internal sealed record PolicyBlocks(
    LoadBalancerSettings? LoadBalancer,
    ConnectionPoolSettings? ConnectionPool,
    OutlierDetection? Outlier,
    ClientTlsSettings? Tls)
{
    public static PolicyBlocks None { get; } = new(null, null, null, null);

    public TunnelSettings? Tunnel { get; init; }
    public ProxyProtocolSettings? ProxyProtocol { get; init; }
    public RetryBudget? RetryBudget { get; init; }

    /// <summary>
    /// Policy of a port and subset: settings of the port replace all four blocks of the rule; the subset then overrides
    /// block by block, and its settings of the port replace all four again. What is then still absent comes from the mesh.
    /// </summary>
    public static PolicyBlocks Of(EffectiveRule? rule, int port, string subset, MeshDefaults defaults)
    {
        var blocks = Of(rule, port, subset);
        return blocks with
        {
            ConnectionPool = blocks.ConnectionPool ?? defaults.DefaultConnectionPool,
            Outlier = blocks.Outlier ?? defaults.DefaultOutlierDetection,
        };
    }

    private static PolicyBlocks Of(EffectiveRule? rule, int port, string subset)
    {
        if (rule is null) return None;
        var blocks = rule.Policy is { } policy ? PortLevel(None, policy, port) ?? Whole(policy) : None;
        if (rule.Policy is { } general) blocks = WithoutPort(blocks, general);
        if (subset.Length == 0 || rule.FindSubset(subset)?.TrafficPolicy is not { } own) return blocks;
        return WithoutPort(PortLevel(blocks, own, port) ?? blocks with
        {
            LoadBalancer = own.LoadBalancer ?? blocks.LoadBalancer,
            ConnectionPool = own.ConnectionPool ?? blocks.ConnectionPool,
            Outlier = own.OutlierDetection ?? blocks.Outlier,
            Tls = own.Tls ?? blocks.Tls,
        }, own);
    }

    private static PolicyBlocks Whole(TrafficPolicySpec policy) =>
        new(policy.LoadBalancer, policy.ConnectionPool, policy.OutlierDetection, policy.Tls);

    private static PolicyBlocks WithoutPort(PolicyBlocks blocks, TrafficPolicySpec policy) => blocks with
    {
        Tunnel = policy.Tunnel ?? blocks.Tunnel,
        ProxyProtocol = policy.ProxyProtocol ?? blocks.ProxyProtocol,
        RetryBudget = policy.RetryBudget ?? blocks.RetryBudget,
    };

    private static PolicyBlocks? PortLevel(PolicyBlocks blocks, TrafficPolicySpec policy, int port)
    {
        foreach (var level in policy.PortLevelSettings)
            if (level.Port?.Number == port)
                return blocks with
                {
                    LoadBalancer = level.LoadBalancer,
                    ConnectionPool = level.ConnectionPool,
                    Outlier = level.OutlierDetection,
                    Tls = level.Tls,
                };
        return null;
    }
}
