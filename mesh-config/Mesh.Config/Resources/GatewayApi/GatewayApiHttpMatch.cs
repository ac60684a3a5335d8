using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>Conditions on a request, all of which must hold.</summary>
public sealed record GatewayApiHttpMatch
{
    public PathMatch? Path { get; init; }
    public ImmutableArray<ValueMatch> Headers { get; init; } = [];
    public ImmutableArray<ValueMatch> QueryParams { get; init; } = [];
    public string Method { get; init; } = "";

    internal static Schema<GatewayApiHttpMatch> Schema { get; } =
        new Schema<GatewayApiHttpMatch>("HTTPRouteMatch", () => new GatewayApiHttpMatch())
            .Message("path", PathMatch.Schema, x => x.Path, (x, v) => x with { Path = v })
            .Field("headers", Codecs.List(ValueMatch.Schema), x => x.Headers, (x, v) => x with { Headers = v })
            .Field("queryParams", Codecs.List(ValueMatch.Schema),
                x => x.QueryParams, (x, v) => x with { QueryParams = v })
            .Field("method", Codecs.Text, x => x.Method, (x, v) => x with { Method = v });
}
