using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Port of a gateway server.</summary>
public sealed record GatewayPort
{
    public int Number { get; init; }
    public string Protocol { get; init; } = "";
    public string Name { get; init; } = "";
    public int? TargetPort { get; init; }

    internal static Schema<GatewayPort> Schema { get; } =
        new Schema<GatewayPort>("Port", () => new GatewayPort())
            .Field("number", Codecs.Port, x => x.Number, (x, v) => x with { Number = v }, required: true)
            .Field("protocol", Codecs.Text, x => x.Protocol, (x, v) => x with { Protocol = v }, required: true)
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v }, required: true)
            .Field("targetPort", Codecs.Optional(Codecs.Port), x => x.TargetPort, (x, v) => x with { TargetPort = v })
            .AcceptSnakeCase();
}
