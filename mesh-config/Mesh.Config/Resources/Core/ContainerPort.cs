using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Core;

/// <summary>A port of a container.</summary>
public sealed record ContainerPort
{
    public string Name { get; init; } = "";
    public int Port { get; init; }
    public string Protocol { get; init; } = "";

    internal static Schema<ContainerPort> Schema { get; } =
        new Schema<ContainerPort>("ContainerPort", () => new ContainerPort())
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v })
            .Field("containerPort", Codecs.Port, x => x.Port, (x, v) => x with { Port = v }, required: true)
            .Field("protocol", Codecs.Text, x => x.Protocol, (x, v) => x with { Protocol = v })
            .Ignore("hostPort", "hostIP");
}
