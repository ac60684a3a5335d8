using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>An external authorizer asked by HTTP.</summary>
public sealed record HttpAuthorizer
{
    /// <summary><c>host</c> or <c>namespace/host</c>.</summary>
    public string Service { get; init; } = "";

    public int Port { get; init; }
    public TimeSpan? Timeout { get; init; }
    public string PathPrefix { get; init; } = "";
    public bool FailOpen { get; init; }
    public bool ClearRouteCache { get; init; }
    public string StatusOnError { get; init; } = "";
    public ImmutableArray<string> IncludeHeadersInCheck { get; init; } = [];
    public ImmutableArray<string> IncludeRequestHeadersInCheck { get; init; } = [];
    public ImmutableSortedDictionary<string, string> IncludeAdditionalHeadersInCheck { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
    public AuthorizerBody? IncludeRequestBodyInCheck { get; init; }
    public ImmutableArray<string> HeadersToUpstreamOnAllow { get; init; } = [];
    public ImmutableArray<string> HeadersToDownstreamOnDeny { get; init; } = [];
    public ImmutableArray<string> HeadersToDownstreamOnAllow { get; init; } = [];

    internal static Schema<HttpAuthorizer> Schema { get; } =
        new Schema<HttpAuthorizer>("EnvoyExternalAuthorizationHttpProvider", () => new HttpAuthorizer())
            .Field("service", Codecs.Text, x => x.Service, (x, v) => x with { Service = v }, required: true)
            .Field("port", Codecs.Port, x => x.Port, (x, v) => x with { Port = v }, required: true)
            .Field("timeout", Codecs.Duration, x => x.Timeout, (x, v) => x with { Timeout = v })
            .Field("pathPrefix", Codecs.Text, x => x.PathPrefix, (x, v) => x with { PathPrefix = v })
            .Field("failOpen", Codecs.Bool, x => x.FailOpen, (x, v) => x with { FailOpen = v })
            .Field("clearRouteCache", Codecs.Bool, x => x.ClearRouteCache, (x, v) => x with { ClearRouteCache = v })
            .Field("statusOnError", Codecs.Text, x => x.StatusOnError, (x, v) => x with { StatusOnError = v })
            .Field("includeHeadersInCheck", Codecs.List(Codecs.Text),
                x => x.IncludeHeadersInCheck, (x, v) => x with { IncludeHeadersInCheck = v })
            .Field("includeRequestHeadersInCheck", Codecs.List(Codecs.Text),
                x => x.IncludeRequestHeadersInCheck, (x, v) => x with { IncludeRequestHeadersInCheck = v })
            .Field("includeAdditionalHeadersInCheck", Codecs.Map(Codecs.Text),
                x => x.IncludeAdditionalHeadersInCheck, (x, v) => x with { IncludeAdditionalHeadersInCheck = v })
            .Message("includeRequestBodyInCheck", AuthorizerBody.Schema,
                x => x.IncludeRequestBodyInCheck, (x, v) => x with { IncludeRequestBodyInCheck = v })
            .Field("headersToUpstreamOnAllow", Codecs.List(Codecs.Text),
                x => x.HeadersToUpstreamOnAllow, (x, v) => x with { HeadersToUpstreamOnAllow = v })
            .Field("headersToDownstreamOnDeny", Codecs.List(Codecs.Text),
                x => x.HeadersToDownstreamOnDeny, (x, v) => x with { HeadersToDownstreamOnDeny = v })
            .Field("headersToDownstreamOnAllow", Codecs.List(Codecs.Text),
                x => x.HeadersToDownstreamOnAllow, (x, v) => x with { HeadersToDownstreamOnAllow = v })
            .AcceptSnakeCase();
}
