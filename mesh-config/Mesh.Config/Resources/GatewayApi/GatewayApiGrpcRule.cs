using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>Where matching calls go; no matches means all calls.</summary>
public sealed record GatewayApiGrpcRule
{
    public string Name { get; init; } = "";
    public ImmutableArray<GatewayApiGrpcMatch> Matches { get; init; } = [];
    public ImmutableArray<GatewayApiFilter> Filters { get; init; } = [];
    public ImmutableArray<BackendReference> BackendRefs { get; init; } = [];
    public SessionPersistence? SessionPersistence { get; init; }

    internal static Schema<GatewayApiGrpcRule> Schema { get; } =
        new Schema<GatewayApiGrpcRule>("GRPCRouteRule", () => new GatewayApiGrpcRule())
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v })
            .Field("matches", Codecs.List(GatewayApiGrpcMatch.Schema), x => x.Matches, (x, v) => x with { Matches = v })
            .Field("filters", Codecs.List(GatewayApiFilter.Schema), x => x.Filters, (x, v) => x with { Filters = v })
            .Field("backendRefs", Codecs.List(BackendReference.Schema),
                x => x.BackendRefs, (x, v) => x with { BackendRefs = v })
            .Message("sessionPersistence", SessionPersistence.Schema,
                x => x.SessionPersistence, (x, v) => x with { SessionPersistence = v });
}
