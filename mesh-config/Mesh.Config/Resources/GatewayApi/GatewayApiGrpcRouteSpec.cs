using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>gRPC routing rules of some hosts.</summary>
public sealed record GatewayApiGrpcRouteSpec
{
    public ImmutableArray<ParentReference> ParentRefs { get; init; } = [];
    public string UseDefaultGateways { get; init; } = "";
    public ImmutableArray<string> Hostnames { get; init; } = [];
    public ImmutableArray<GatewayApiGrpcRule> Rules { get; init; } = [];

    internal static Schema<GatewayApiGrpcRouteSpec> Schema { get; } =
        new Schema<GatewayApiGrpcRouteSpec>("GRPCRouteSpec", () => new GatewayApiGrpcRouteSpec())
            .Field("parentRefs", Codecs.List(ParentReference.Schema),
                x => x.ParentRefs, (x, v) => x with { ParentRefs = v })
            .Field("useDefaultGateways", Codecs.Text,
                x => x.UseDefaultGateways, (x, v) => x with { UseDefaultGateways = v })
            .Field("hostnames", Codecs.List(Codecs.Text), x => x.Hostnames, (x, v) => x with { Hostnames = v })
            .Field("rules", Codecs.List(GatewayApiGrpcRule.Schema), x => x.Rules, (x, v) => x with { Rules = v });
}
