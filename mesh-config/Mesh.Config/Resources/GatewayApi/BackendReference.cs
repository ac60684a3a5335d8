using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>Where requests go.</summary>
public sealed record BackendReference
{
    public string Group { get; init; } = "";

    /// <summary>Empty means Service.</summary>
    public string Kind { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>Empty means the route's own; another one needs a ReferenceGrant.</summary>
    public string Namespace { get; init; } = "";

    public int? Port { get; init; }

    /// <summary>Share among the backends of the rule; absent means 1.</summary>
    public int? Weight { get; init; }

    public ImmutableArray<GatewayApiFilter> Filters { get; init; } = [];

    internal static Schema<BackendReference> Schema { get; } =
        new Schema<BackendReference>("BackendRef", () => new BackendReference())
            .Field("group", Codecs.Text, x => x.Group, (x, v) => x with { Group = v })
            .Field("kind", Codecs.Text, x => x.Kind, (x, v) => x with { Kind = v })
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v }, required: true)
            .Field("namespace", Codecs.Text, x => x.Namespace, (x, v) => x with { Namespace = v })
            .Field("port", Codecs.Optional(Codecs.Port), x => x.Port, (x, v) => x with { Port = v })
            .Field("weight", Codecs.Optional(Codecs.Int), x => x.Weight, (x, v) => x with { Weight = v })
            .Field("filters", Codecs.List(GatewayApiFilter.Schema), x => x.Filters, (x, v) => x with { Filters = v });
}
