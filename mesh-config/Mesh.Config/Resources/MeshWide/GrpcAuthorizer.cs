using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>An external authorizer asked by gRPC.</summary>
public sealed record GrpcAuthorizer
{
    /// <summary><c>host</c> or <c>namespace/host</c>.</summary>
    public string Service { get; init; } = "";

    public int Port { get; init; }
    public TimeSpan? Timeout { get; init; }
    public bool FailOpen { get; init; }
    public bool ClearRouteCache { get; init; }
    public string StatusOnError { get; init; } = "";
    public AuthorizerBody? IncludeRequestBodyInCheck { get; init; }

    internal static Schema<GrpcAuthorizer> Schema { get; } =
        new Schema<GrpcAuthorizer>("EnvoyExternalAuthorizationGrpcProvider", () => new GrpcAuthorizer())
            .Field("service", Codecs.Text, x => x.Service, (x, v) => x with { Service = v }, required: true)
            .Field("port", Codecs.Port, x => x.Port, (x, v) => x with { Port = v }, required: true)
            .Field("timeout", Codecs.Duration, x => x.Timeout, (x, v) => x with { Timeout = v })
            .Field("failOpen", Codecs.Bool, x => x.FailOpen, (x, v) => x with { FailOpen = v })
            .Field("clearRouteCache", Codecs.Bool, x => x.ClearRouteCache, (x, v) => x with { ClearRouteCache = v })
            .Field("statusOnError", Codecs.Text, x => x.StatusOnError, (x, v) => x with { StatusOnError = v })
            .Message("includeRequestBodyInCheck", AuthorizerBody.Schema,
                x => x.IncludeRequestBodyInCheck, (x, v) => x with { IncludeRequestBodyInCheck = v })
            .AcceptSnakeCase();
}
