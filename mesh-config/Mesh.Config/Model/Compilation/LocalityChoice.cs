using System.Collections.Immutable;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Model.Compilation;

/// <summary>The one locality setting that counts for a call, whatever it came from.</summary>
/// <remarks>Source: istio pilot/pkg/networking/core/loadbalancer/loadbalancer.go; multicluster.md §12.</remarks>
internal sealed record LocalityChoice
{
    public static LocalityChoice None { get; } = new() { IsOff = true };

    public bool IsOff { get; private init; }

    /// <summary>Priorities are given although nobody would notice by outlier detection that an endpoint failed.</summary>
    public bool IsForced { get; private init; }

    /// <summary>Zone-aware: only regions make priorities; zones are left to the balancing inside one.</summary>
    public bool ByRegion => ZoneAware is not null;

    /// <summary>Balancing by zones inside a priority; null when zones are priorities or nothing.</summary>
    public ZoneAwarePolicy? ZoneAware { get; private init; }

    public ImmutableArray<LocalityDistribute> Distribute { get; private init; } = [];
    public ImmutableArray<LocalityFailover> Failover { get; private init; } = [];

    /// <summary>Label keys, each maybe <c>key=value</c>.</summary>
    public ImmutableArray<string> FailoverPriority { get; private init; } = [];

    /// <summary>
    /// The DestinationRule's zone-aware setting, else its locality setting, else the Service's wish, else the mesh's
    /// zone-aware and locality settings.
    /// </summary>
    public static LocalityChoice Of(LoadBalancerSettings? rule, TrafficDistribution distribution, MeshDefaults mesh)
    {
        if (rule?.ZoneAwareLbSetting is { } zoneAware) return Of(zoneAware);
        if (rule?.LocalityLbSetting is { } locality) return Of(locality);
        if (TrafficDistributions.FailoverPriority(distribution) is { IsEmpty: false } wish)
            return new LocalityChoice { FailoverPriority = wish, IsForced = true };
        return mesh.ZoneAwareLbSetting is { } meshZoneAware ? Of(meshZoneAware) : Of(mesh.LocalityLbSetting);
    }

    private static LocalityChoice Of(LocalityLbSetting setting) => setting.Enabled == false
        ? None
        : new LocalityChoice
        {
            Distribute = setting.Distribute,
            Failover = setting.Failover,
            FailoverPriority = setting.FailoverPriority,
        };

    private static LocalityChoice Of(ZoneAwareLbSetting setting) => setting.Enabled == false
        ? None
        : new LocalityChoice
        {
            ZoneAware = new ZoneAwarePolicy((int)(setting.MinClusterSize ?? ZoneAwarePolicy.DefaultMinClusterSize)),
            Failover = setting.Failover,
            FailoverPriority = setting.FailoverPriority,
        };
}
