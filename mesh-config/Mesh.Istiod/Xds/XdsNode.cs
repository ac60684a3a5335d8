using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Mesh.Config.Resources.Networking;
using Mesh.Hosting;
using Mesh.Istiod.Protos.Xds;
using Locality = Mesh.Config.Model.Locality;

namespace Mesh.Istiod.Xds;

/// <summary>Who a proxy is, as istiod wants to be told.</summary>
/// <remarks>
/// Source: istio pkg/model/proxy.go and pkg/bootstrap/config.go: lists of addresses are one string with commas, truth values are the
/// strings <c>true</c> and <c>false</c>, the ports are JSON inside a string, and PROXY_CONFIG is an object.
/// </remarks>
/// <param name="Name">Of the machine or Pod.</param>
/// <param name="Addresses">At least one; the first is the one it is known by.</param>
public sealed record XdsNode(string Name, string Namespace, ImmutableArray<IPAddress> Addresses)
{
    public string ServiceAccount { get; init; } = "";
    public string Cluster { get; init; } = "";
    public string Network { get; init; } = "";
    public string MeshId { get; init; } = "";
    public Locality Locality { get; init; } = Locality.Unknown;
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Name of the WorkloadGroup that a WorkloadEntry is made from; empty: none is made.</summary>
    public string AutoRegisterGroup { get; init; } = "";

    /// <summary>With it, istiod lets the entry have traffic only while it is reported healthy.</summary>
    public ReadinessProbe? ReadinessProbe { get; init; }

    /// <summary>HOST:PORT of istiod, told back to it in PROXY_CONFIG.</summary>
    public string DiscoveryAddress { get; init; } = "";

    /// <summary>Named ports of the application.</summary>
    public ImmutableSortedDictionary<string, int> Ports { get; init; } = ImmutableSortedDictionary<string, int>.Empty;

    /// <summary>The version of Istio whose protocol is spoken.</summary>
    public string IstioVersion { get; init; } = "1.30.0";

    /// <summary>Anything else, e.g. <c>DNS_CAPTURE</c>; wins over what is here.</summary>
    public ImmutableSortedDictionary<string, string> Extra { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary><c>sidecar~ADDRESS~NAME.NAMESPACE~NAMESPACE.svc.cluster.local</c>.</summary>
    public string Id => $"sidecar~{Addresses[0]}~{Name}.{Namespace}~{Namespace}.svc.cluster.local";

    /// <summary>As it goes out with the first request of a stream.</summary>
    public Node ToMessage()
    {
        Invariant.Holds(!Addresses.IsDefaultOrEmpty, $"node {Name} has an address");
        Invariant.Holds(!$"{Name}{Namespace}".Contains('~', StringComparison.Ordinal), $"'{Name}' and '{Namespace}' have no ~, which separates the parts of the id");
        var node = new Node
        {
            Id = Id,
            Cluster = $"{WorkloadName}.{Namespace}",
            UserAgentName = "mesh-agent",
            Metadata = Metadata(),
        };
        if (!Locality.IsUnknown)
            node.Locality = new Protos.Xds.Locality { Region = Locality.Region, Zone = Locality.Zone ?? "", SubZone = Locality.SubZone ?? "" };
        return node;
    }

    private string WorkloadName => AutoRegisterGroup.Length > 0 ? AutoRegisterGroup : Name;

    private Struct Metadata()
    {
        var metadata = new Struct();
        Put("AUTO_REGISTER_GROUP", AutoRegisterGroup);
        Put("CLUSTER_ID", Cluster);
        Put("INSTANCE_IPS", string.Join(',', Addresses.Select(address => address.ToString())));
        Put("ISTIO_VERSION", IstioVersion);
        Put("MESH_ID", MeshId);
        Put("NAME", Name);
        Put("NAMESPACE", Namespace);
        Put("NETWORK", Network);
        Put("POD_PORTS", PortsText());
        Put("SERVICE_ACCOUNT", ServiceAccount);
        Put("WORKLOAD_NAME", WorkloadName);
        if (!Labels.IsEmpty)
        {
            var labels = new Struct();
            foreach (var (name, value) in Labels) labels.Fields[name] = Value.ForString(value);
            metadata.Fields["LABELS"] = Value.ForStruct(labels);
        }

        var proxy = ProxyConfig();
        if (proxy.Fields.Count > 0) metadata.Fields["PROXY_CONFIG"] = Value.ForStruct(proxy);
        foreach (var (name, value) in Extra) Put(name, value);
        return metadata;

        void Put(string name, string value)
        {
            if (value.Length > 0) metadata.Fields[name] = Value.ForString(value);
        }
    }

    private Struct ProxyConfig()
    {
        var config = new Struct();
        if (DiscoveryAddress.Length > 0) config.Fields["discoveryAddress"] = Value.ForString(DiscoveryAddress);
        if (MeshId.Length > 0) config.Fields["meshId"] = Value.ForString(MeshId);
        if (ReadinessProbe is { } probe) config.Fields["readinessProbe"] = Value.ForStruct(ProbeStruct.Of(probe));
        return config;
    }

    private string PortsText() => Ports.IsEmpty
        ? ""
        : $"[{string.Join(',', Ports.Select(port => $$"""{"name":"{{JsonEncodedText.Encode(port.Key)}}","containerPort":{{port.Value.ToString(CultureInfo.InvariantCulture)}},"protocol":""}"""))}]";
}
