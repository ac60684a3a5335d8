using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>Where connections go.</summary>
public sealed record GatewayApiTlsRule
{
    public string Name { get; init; } = "";
    public ImmutableArray<BackendReference> BackendRefs { get; init; } = [];

    internal static Schema<GatewayApiTlsRule> Schema { get; } =
        new Schema<GatewayApiTlsRule>("TLSRouteRule", () => new GatewayApiTlsRule())
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v })
            .Field("backendRefs", Codecs.List(BackendReference.Schema),
                x => x.BackendRefs, (x, v) => x with { BackendRefs = v });
}
