using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Probe by grpc.health.v1.</summary>
public sealed record GrpcHealthCheck
{
    public int Port { get; init; }
    public string Service { get; init; } = "";

    internal static Schema<GrpcHealthCheck> Schema { get; } =
        new Schema<GrpcHealthCheck>("GrpcHealthCheckConfig", () => new GrpcHealthCheck())
            .Field("port", Codecs.Port, x => x.Port, (x, v) => x with { Port = v }, required: true)
            .Field("service", Codecs.Text, x => x.Service, (x, v) => x with { Service = v })
            .AcceptSnakeCase();
}
