using Mesh.Config.Resources.MeshWide;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>Namespaces of routes that may attach.</summary>
public sealed record RouteNamespaces
{
    public RouteNamespacesFrom From { get; init; }
    public SelectorRequirements? Selector { get; init; }

    internal static Schema<RouteNamespaces> Schema { get; } =
        new Schema<RouteNamespaces>("RouteNamespaces", () => new RouteNamespaces())
            .Field("from", Codecs.Names<RouteNamespacesFrom>(), x => x.From, (x, v) => x with { From = v })
            .Message("selector", SelectorRequirements.Schema, x => x.Selector, (x, v) => x with { Selector = v });
}
