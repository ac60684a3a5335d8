using Mesh.Config.Resources.Validation;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>A service host, optionally one subset and port of it.</summary>
public sealed record Destination
{
    public string Host { get; init; } = "";
    public string Subset { get; init; } = "";
    public PortSelector? Port { get; init; }

    internal static Schema<Destination> Schema { get; } =
        new Schema<Destination>("Destination", () => new Destination())
            .Field("host", Codecs.Text, x => x.Host, (x, v) => x with { Host = v }, required: true)
            .Field("subset", Codecs.Text, x => x.Subset, (x, v) => x with { Subset = v })
            .Message("port", PortSelector.Schema, x => x.Port, (x, v) => x with { Port = v })
            .AcceptSnakeCase()
            .Check(HttpRouteRules.Destination);
}
