using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Tunnels TCP through an HTTP proxy.</summary>
public sealed record TunnelSettings
{
    public string Protocol { get; init; } = "";
    public string TargetHost { get; init; } = "";
    public int TargetPort { get; init; }

    internal static Schema<TunnelSettings> Schema { get; } =
        new Schema<TunnelSettings>("TrafficPolicy.TunnelSettings", () => new TunnelSettings())
            .Field("protocol", Codecs.Text, x => x.Protocol, (x, v) => x with { Protocol = v })
            .Field("targetHost", Codecs.Text, x => x.TargetHost, (x, v) => x with { TargetHost = v }, required: true)
            .Field("targetPort", Codecs.Port, x => x.TargetPort, (x, v) => x with { TargetPort = v }, required: true)
            .AcceptSnakeCase();
}
