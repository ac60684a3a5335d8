using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>Routes TLS by SNI.</summary>
public sealed record GatewayApiTlsRouteSpec
{
    public ImmutableArray<ParentReference> ParentRefs { get; init; } = [];
    public string UseDefaultGateways { get; init; } = "";
    public ImmutableArray<string> Hostnames { get; init; } = [];
    public ImmutableArray<GatewayApiTlsRule> Rules { get; init; } = [];

    internal static Schema<GatewayApiTlsRouteSpec> Schema { get; } =
        new Schema<GatewayApiTlsRouteSpec>("TLSRouteSpec", () => new GatewayApiTlsRouteSpec())
            .Field("parentRefs", Codecs.List(ParentReference.Schema),
                x => x.ParentRefs, (x, v) => x with { ParentRefs = v })
            .Field("useDefaultGateways", Codecs.Text,
                x => x.UseDefaultGateways, (x, v) => x with { UseDefaultGateways = v })
            .Field("hostnames", Codecs.List(Codecs.Text), x => x.Hostnames, (x, v) => x with { Hostnames = v })
            .Field("rules", Codecs.List(GatewayApiTlsRule.Schema), x => x.Rules, (x, v) => x with { Rules = v });
}
