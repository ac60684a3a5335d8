using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>Time limits; 0 means none.</summary>
public sealed record RouteTimeouts
{
    public TimeSpan? Request { get; init; }
    public TimeSpan? BackendRequest { get; init; }

    internal static Schema<RouteTimeouts> Schema { get; } =
        new Schema<RouteTimeouts>("HTTPRouteTimeouts", () => new RouteTimeouts())
            .Field("request", Codecs.GatewayApiDuration, x => x.Request, (x, v) => x with { Request = v })
            .Field("backendRequest", Codecs.GatewayApiDuration,
                x => x.BackendRequest, (x, v) => x with { BackendRequest = v });
}
