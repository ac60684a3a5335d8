using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Core;

/// <summary>One port of a slice.</summary>
public sealed record SlicePort
{
    public string Name { get; init; } = "";
    public int? Port { get; init; }
    public string Protocol { get; init; } = "";
    public string AppProtocol { get; init; } = "";

    internal static Schema<SlicePort> Schema { get; } =
        new Schema<SlicePort>("EndpointPort", () => new SlicePort())
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v })
            .Field("port", Codecs.Optional(Codecs.Port), x => x.Port, (x, v) => x with { Port = v })
            .Field("protocol", Codecs.Text, x => x.Protocol, (x, v) => x with { Protocol = v })
            .Field("appProtocol", Codecs.Text, x => x.AppProtocol, (x, v) => x with { AppProtocol = v });
}
