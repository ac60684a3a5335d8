using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>A kind of route.</summary>
public sealed record RouteGroupKind
{
    /// <summary>Absent means gateway.networking.k8s.io.</summary>
    public string? Group { get; init; }

    public string Kind { get; init; } = "";

    internal static Schema<RouteGroupKind> Schema { get; } =
        new Schema<RouteGroupKind>("RouteGroupKind", () => new RouteGroupKind())
            .Field("group", Codecs.OptionalText, x => x.Group, (x, v) => x with { Group = v })
            .Field("kind", Codecs.Text, x => x.Kind, (x, v) => x with { Kind = v }, required: true);
}
