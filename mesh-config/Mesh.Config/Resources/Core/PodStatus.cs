using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Core;

/// <summary>What the mesh needs of a Pod status.</summary>
public sealed record PodStatus
{
    public string Phase { get; init; } = "";
    public string HostIP { get; init; } = "";
    public string PodIP { get; init; } = "";
    public ImmutableArray<PodIp> PodIPs { get; init; } = [];
    public ImmutableArray<PodCondition> Conditions { get; init; } = [];

    internal static Schema<PodStatus> Schema { get; } =
        new Schema<PodStatus>("PodStatus", () => new PodStatus())
            .Field("phase", Codecs.Text, x => x.Phase, (x, v) => x with { Phase = v })
            .Field("hostIP", Codecs.Text, x => x.HostIP, (x, v) => x with { HostIP = v })
            .Field("podIP", Codecs.Text, x => x.PodIP, (x, v) => x with { PodIP = v })
            .Field("podIPs", Codecs.List(PodIp.Schema), x => x.PodIPs, (x, v) => x with { PodIPs = v })
            .Field("conditions", Codecs.List(PodCondition.Schema),
                x => x.Conditions, (x, v) => x with { Conditions = v })
            .Open();
}
