using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Conditions of an HTTP rule; all must hold.</summary>
public sealed record HttpMatchRequest
{
    public string Name { get; init; } = "";
    public StringMatch? Uri { get; init; }
    public StringMatch? Scheme { get; init; }
    public StringMatch? Method { get; init; }
    public StringMatch? Authority { get; init; }
    public ImmutableSortedDictionary<string, StringMatch> Headers { get; init; } =
        ImmutableSortedDictionary<string, StringMatch>.Empty;
    public ImmutableSortedDictionary<string, StringMatch> WithoutHeaders { get; init; } =
        ImmutableSortedDictionary<string, StringMatch>.Empty;
    public ImmutableSortedDictionary<string, StringMatch> QueryParams { get; init; } =
        ImmutableSortedDictionary<string, StringMatch>.Empty;
    public int? Port { get; init; }
    public ImmutableSortedDictionary<string, string> SourceLabels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
    public ImmutableArray<string> Gateways { get; init; } = [];
    public string SourceNamespace { get; init; } = "";
    public bool IgnoreUriCase { get; init; }
    public string StatPrefix { get; init; } = "";

    internal static Schema<HttpMatchRequest> Schema { get; } =
        new Schema<HttpMatchRequest>("HTTPMatchRequest", () => new HttpMatchRequest())
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v })
            .Message("uri", StringMatch.Schema, x => x.Uri, (x, v) => x with { Uri = v })
            .Message("scheme", StringMatch.Schema, x => x.Scheme, (x, v) => x with { Scheme = v })
            .Message("method", StringMatch.Schema, x => x.Method, (x, v) => x with { Method = v })
            .Message("authority", StringMatch.Schema, x => x.Authority, (x, v) => x with { Authority = v })
            .Field("headers", Codecs.Map(StringMatch.Schema), x => x.Headers, (x, v) => x with { Headers = v })
            .Field("withoutHeaders", Codecs.Map(StringMatch.Schema),
                x => x.WithoutHeaders, (x, v) => x with { WithoutHeaders = v })
            .Field("queryParams", Codecs.Map(StringMatch.Schema),
                x => x.QueryParams, (x, v) => x with { QueryParams = v })
            .Field("port", Codecs.Optional(Codecs.Port), x => x.Port, (x, v) => x with { Port = v })
            .Field("sourceLabels", Codecs.Map(Codecs.Text),
                x => x.SourceLabels, (x, v) => x with { SourceLabels = v })
            .Field("gateways", Codecs.List(Codecs.Text), x => x.Gateways, (x, v) => x with { Gateways = v })
            .Field("sourceNamespace", Codecs.Text, x => x.SourceNamespace, (x, v) => x with { SourceNamespace = v })
            .Field("ignoreUriCase", Codecs.Bool, x => x.IgnoreUriCase, (x, v) => x with { IgnoreUriCase = v })
            .Field("statPrefix", Codecs.Text, x => x.StatPrefix, (x, v) => x with { StatPrefix = v })
            .AcceptSnakeCase();
}
