using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>A gateway into a network.</summary>
public sealed record MeshNetworkGateway
{
    /// <summary>FQDN of a Service in a cluster of the network.</summary>
    public string? RegistryServiceName { get; init; }

    /// <summary>IP address or host name.</summary>
    public string? Address { get; init; }

    public uint Port { get; init; }
    public string Locality { get; init; } = "";

    internal static Schema<MeshNetworkGateway> Schema { get; } =
        new Schema<MeshNetworkGateway>("Network.IstioNetworkGateway", () => new MeshNetworkGateway())
            .Field("registryServiceName", Codecs.OptionalText,
                x => x.RegistryServiceName, (x, v) => x with { RegistryServiceName = v })
            .Field("address", Codecs.OptionalText, x => x.Address, (x, v) => x with { Address = v })
            .Field("port", Codecs.UInt, x => x.Port, (x, v) => x with { Port = v }, required: true)
            .Field("locality", Codecs.Text, x => x.Locality, (x, v) => x with { Locality = v })
            .AcceptSnakeCase()
            .OneOf("registryServiceName", "address");
}
