using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>What the proxies of some workloads see and accept.</summary>
public sealed record SidecarSpec
{
    /// <summary>Absent means all workloads of the namespace.</summary>
    public WorkloadSelector? WorkloadSelector { get; init; }

    public ImmutableArray<SidecarIngressListener> Ingress { get; init; } = [];
    public ImmutableArray<SidecarEgressListener> Egress { get; init; } = [];
    public ConnectionPoolSettings? InboundConnectionPool { get; init; }
    public OutboundTrafficPolicy? OutboundTrafficPolicy { get; init; }

    internal static Schema<SidecarSpec> Schema { get; } =
        new Schema<SidecarSpec>("Sidecar", () => new SidecarSpec())
            .Message("workloadSelector", WorkloadSelector.Schema,
                x => x.WorkloadSelector, (x, v) => x with { WorkloadSelector = v })
            .Field("ingress", Codecs.List(SidecarIngressListener.Schema),
                x => x.Ingress, (x, v) => x with { Ingress = v })
            .Field("egress", Codecs.List(SidecarEgressListener.Schema), x => x.Egress, (x, v) => x with { Egress = v })
            .Message("inboundConnectionPool", ConnectionPoolSettings.Schema,
                x => x.InboundConnectionPool, (x, v) => x with { InboundConnectionPool = v })
            .Message("outboundTrafficPolicy", OutboundTrafficPolicy.Schema,
                x => x.OutboundTrafficPolicy, (x, v) => x with { OutboundTrafficPolicy = v })
            .AcceptSnakeCase();
}
