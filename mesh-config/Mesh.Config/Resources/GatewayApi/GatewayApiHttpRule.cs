using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>Where matching requests go; no matches means all requests.</summary>
public sealed record GatewayApiHttpRule
{
    public string Name { get; init; } = "";
    public ImmutableArray<GatewayApiHttpMatch> Matches { get; init; } = [];
    public ImmutableArray<GatewayApiFilter> Filters { get; init; } = [];
    public ImmutableArray<BackendReference> BackendRefs { get; init; } = [];
    public RouteTimeouts? Timeouts { get; init; }
    public RouteRetry? Retry { get; init; }
    public SessionPersistence? SessionPersistence { get; init; }

    internal static Schema<GatewayApiHttpRule> Schema { get; } =
        new Schema<GatewayApiHttpRule>("HTTPRouteRule", () => new GatewayApiHttpRule())
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v })
            .Field("matches", Codecs.List(GatewayApiHttpMatch.Schema), x => x.Matches, (x, v) => x with { Matches = v })
            .Field("filters", Codecs.List(GatewayApiFilter.Schema), x => x.Filters, (x, v) => x with { Filters = v })
            .Field("backendRefs", Codecs.List(BackendReference.Schema),
                x => x.BackendRefs, (x, v) => x with { BackendRefs = v })
            .Message("timeouts", RouteTimeouts.Schema, x => x.Timeouts, (x, v) => x with { Timeouts = v })
            .Message("retry", RouteRetry.Schema, x => x.Retry, (x, v) => x with { Retry = v })
            .Message("sessionPersistence", SessionPersistence.Schema,
                x => x.SessionPersistence, (x, v) => x with { SessionPersistence = v });
}
