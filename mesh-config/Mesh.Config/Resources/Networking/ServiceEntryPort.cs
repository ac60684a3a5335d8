using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>One port of a ServiceEntry.</summary>
public sealed record ServiceEntryPort
{
    public int Number { get; init; }
    public string Protocol { get; init; } = "";
    public string Name { get; init; } = "";
    public int? TargetPort { get; init; }

    internal static Schema<ServiceEntryPort> Schema { get; } =
        new Schema<ServiceEntryPort>("ServicePort", () => new ServiceEntryPort())
            .Field("number", Codecs.Port, x => x.Number, (x, v) => x with { Number = v }, required: true)
            .Field("protocol", Codecs.Text, x => x.Protocol, (x, v) => x with { Protocol = v })
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v }, required: true)
            .Field("targetPort", Codecs.Optional(Codecs.Port), x => x.TargetPort, (x, v) => x with { TargetPort = v })
            .AcceptSnakeCase();
}
