using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Core;

/// <summary>What the mesh needs of a container.</summary>
public sealed record Container
{
    public string Name { get; init; } = "";
    public ImmutableArray<ContainerPort> Ports { get; init; } = [];

    internal static Schema<Container> Schema { get; } =
        new Schema<Container>("Container", () => new Container())
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v })
            .Field("ports", Codecs.List(ContainerPort.Schema), x => x.Ports, (x, v) => x with { Ports = v })
            .Open();
}
