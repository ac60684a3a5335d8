using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>One HTTP rule.</summary>
public sealed record HttpRouteSpec
{
    public string Name { get; init; } = "";

    /// <summary>Any of them; empty matches all.</summary>
    public ImmutableArray<HttpMatchRequest> Match { get; init; } = [];

    public ImmutableArray<HttpRouteDestination> Route { get; init; } = [];
    public HttpRedirect? Redirect { get; init; }
    public HttpDirectResponse? DirectResponse { get; init; }
    public DelegateReference? Delegate { get; init; }
    public HttpRewrite? Rewrite { get; init; }
    public TimeSpan? Timeout { get; init; }
    public HttpRetry? Retries { get; init; }
    public HttpFaultInjection? Fault { get; init; }
    public Destination? Mirror { get; init; }
    public ImmutableArray<HttpMirrorPolicy> Mirrors { get; init; } = [];
    public uint? MirrorPercent { get; init; }
    public Percent? MirrorPercentage { get; init; }
    public CorsPolicy? CorsPolicy { get; init; }
    public HeadersSpec? Headers { get; init; }

    internal static Schema<HttpRouteSpec> Schema { get; } =
        new Schema<HttpRouteSpec>("HTTPRoute", () => new HttpRouteSpec())
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v })
            .Field("match", Codecs.List(HttpMatchRequest.Schema), x => x.Match, (x, v) => x with { Match = v })
            .Field("route", Codecs.List(HttpRouteDestination.Schema), x => x.Route, (x, v) => x with { Route = v })
            .Message("redirect", HttpRedirect.Schema, x => x.Redirect, (x, v) => x with { Redirect = v })
            .Message("directResponse", HttpDirectResponse.Schema,
                x => x.DirectResponse, (x, v) => x with { DirectResponse = v })
            .Message("delegate", DelegateReference.Schema, x => x.Delegate, (x, v) => x with { Delegate = v })
            .Message("rewrite", HttpRewrite.Schema, x => x.Rewrite, (x, v) => x with { Rewrite = v })
            .Field("timeout", Codecs.Duration, x => x.Timeout, (x, v) => x with { Timeout = v })
            .Message("retries", HttpRetry.Schema, x => x.Retries, (x, v) => x with { Retries = v })
            .Message("fault", HttpFaultInjection.Schema, x => x.Fault, (x, v) => x with { Fault = v })
            .Message("mirror", Destination.Schema, x => x.Mirror, (x, v) => x with { Mirror = v })
            .Field("mirrors", Codecs.List(HttpMirrorPolicy.Schema), x => x.Mirrors, (x, v) => x with { Mirrors = v })
            .Field("mirrorPercent", Codecs.Optional(Codecs.UInt),
                x => x.MirrorPercent, (x, v) => x with { MirrorPercent = v })
            .Message("mirrorPercentage", Percent.Schema,
                x => x.MirrorPercentage, (x, v) => x with { MirrorPercentage = v })
            .Message("corsPolicy", CorsPolicy.Schema, x => x.CorsPolicy, (x, v) => x with { CorsPolicy = v })
            .Message("headers", HeadersSpec.Schema, x => x.Headers, (x, v) => x with { Headers = v })
            .AcceptSnakeCase();
}
