using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Probe by connecting.</summary>
public sealed record TcpHealthCheck
{
    public string Host { get; init; } = "";
    public int Port { get; init; }

    internal static Schema<TcpHealthCheck> Schema { get; } =
        new Schema<TcpHealthCheck>("TCPHealthCheckConfig", () => new TcpHealthCheck())
            .Field("host", Codecs.Text, x => x.Host, (x, v) => x with { Host = v })
            .Field("port", Codecs.Port, x => x.Port, (x, v) => x with { Port = v }, required: true)
            .AcceptSnakeCase();
}
