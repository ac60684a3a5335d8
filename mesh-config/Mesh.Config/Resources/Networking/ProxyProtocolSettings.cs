using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Sends a PROXY header.</summary>
public sealed record ProxyProtocolSettings
{
    public ProxyProtocolVersion Version { get; init; }

    internal static Schema<ProxyProtocolSettings> Schema { get; } =
        new Schema<ProxyProtocolSettings>("TrafficPolicy.ProxyProtocol", () => new ProxyProtocolSettings())
            .Field("version", Codecs.Enum<ProxyProtocolVersion>(), x => x.Version, (x, v) => x with { Version = v })
            .AcceptSnakeCase();
}
