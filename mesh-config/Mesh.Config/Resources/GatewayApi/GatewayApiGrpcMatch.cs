using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>Conditions on a call, all of which must hold.</summary>
public sealed record GatewayApiGrpcMatch
{
    public GrpcMethodMatch? Method { get; init; }
    public ImmutableArray<ValueMatch> Headers { get; init; } = [];

    internal static Schema<GatewayApiGrpcMatch> Schema { get; } =
        new Schema<GatewayApiGrpcMatch>("GRPCRouteMatch", () => new GatewayApiGrpcMatch())
            .Message("method", GrpcMethodMatch.Schema, x => x.Method, (x, v) => x with { Method = v })
            .Field("headers", Codecs.List(ValueMatch.Schema), x => x.Headers, (x, v) => x with { Headers = v });
}
