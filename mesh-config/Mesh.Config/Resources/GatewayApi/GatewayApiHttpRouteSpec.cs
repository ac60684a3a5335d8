using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>HTTP routing rules of some hosts.</summary>
public sealed record GatewayApiHttpRouteSpec
{
    public ImmutableArray<ParentReference> ParentRefs { get; init; } = [];
    public string UseDefaultGateways { get; init; } = "";
    public ImmutableArray<string> Hostnames { get; init; } = [];
    public ImmutableArray<GatewayApiHttpRule> Rules { get; init; } = [];

    internal static Schema<GatewayApiHttpRouteSpec> Schema { get; } =
        new Schema<GatewayApiHttpRouteSpec>("HTTPRouteSpec", () => new GatewayApiHttpRouteSpec())
            .Field("parentRefs", Codecs.List(ParentReference.Schema),
                x => x.ParentRefs, (x, v) => x with { ParentRefs = v })
            .Field("useDefaultGateways", Codecs.Text,
                x => x.UseDefaultGateways, (x, v) => x with { UseDefaultGateways = v })
            .Field("hostnames", Codecs.List(Codecs.Text), x => x.Hostnames, (x, v) => x with { Hostnames = v })
            .Field("rules", Codecs.List(GatewayApiHttpRule.Schema), x => x.Rules, (x, v) => x with { Rules = v });
}
