using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>One workload outside Kubernetes: a VM.</summary>
public sealed record WorkloadEntrySpec
{
    /// <summary>IP address, host name or <c>unix://</c> path; may be empty when a network gateway stands in.</summary>
    public string Address { get; init; } = "";

    /// <summary>Port name to number.</summary>
    public ImmutableSortedDictionary<string, int> Ports { get; init; } = ImmutableSortedDictionary<string, int>.Empty;

    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
    public string Network { get; init; } = "";

    /// <summary><c>region/zone/subzone</c>.</summary>
    public string Locality { get; init; } = "";

    public uint Weight { get; init; }
    public string ServiceAccount { get; init; } = "";

    internal static Schema<WorkloadEntrySpec> Schema { get; } =
        new Schema<WorkloadEntrySpec>("WorkloadEntry", () => new WorkloadEntrySpec())
            .Field("address", Codecs.Text, x => x.Address, (x, v) => x with { Address = v })
            .Field("ports", Codecs.Map(Codecs.Port), x => x.Ports, (x, v) => x with { Ports = v })
            .Field("labels", Codecs.Map(Codecs.Text), x => x.Labels, (x, v) => x with { Labels = v })
            .Field("network", Codecs.Text, x => x.Network, (x, v) => x with { Network = v })
            .Field("locality", Codecs.Text, x => x.Locality, (x, v) => x with { Locality = v })
            .Field("weight", Codecs.UInt, x => x.Weight, (x, v) => x with { Weight = v })
            .Field("serviceAccount", Codecs.Text, x => x.ServiceAccount, (x, v) => x with { ServiceAccount = v })
            .AcceptSnakeCase();
}
