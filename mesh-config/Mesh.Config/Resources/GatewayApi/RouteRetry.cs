using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>When and how often a request is tried again.</summary>
public sealed record RouteRetry
{
    public ImmutableArray<int> Codes { get; init; } = [];
    public int? Attempts { get; init; }
    public TimeSpan? Backoff { get; init; }

    internal static Schema<RouteRetry> Schema { get; } =
        new Schema<RouteRetry>("HTTPRouteRetry", () => new RouteRetry())
            .Field("codes", Codecs.List(Codecs.Int), x => x.Codes, (x, v) => x with { Codes = v })
            .Field("attempts", Codecs.Optional(Codecs.Int), x => x.Attempts, (x, v) => x with { Attempts = v })
            .Field("backoff", Codecs.GatewayApiDuration, x => x.Backoff, (x, v) => x with { Backoff = v });
}
