using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Port of a sidecar listener; number 0 or absent together with a socket path.</summary>
public sealed record SidecarPort
{
    public uint Number { get; init; }
    public string Protocol { get; init; } = "";
    public string Name { get; init; } = "";
    public uint TargetPort { get; init; }

    internal static Schema<SidecarPort> Schema { get; } =
        new Schema<SidecarPort>("SidecarPort", () => new SidecarPort())
            .Field("number", Codecs.UInt, x => x.Number, (x, v) => x with { Number = v })
            .Field("protocol", Codecs.Text, x => x.Protocol, (x, v) => x with { Protocol = v })
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v })
            .Field("targetPort", Codecs.UInt, x => x.TargetPort, (x, v) => x with { TargetPort = v })
            .AcceptSnakeCase();
}
