using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Limits on connections and requests.</summary>
public sealed record ConnectionPoolSettings
{
    public TcpPoolSettings? Tcp { get; init; }
    public HttpPoolSettings? Http { get; init; }

    internal static Schema<ConnectionPoolSettings> Schema { get; } =
        new Schema<ConnectionPoolSettings>("ConnectionPoolSettings", () => new ConnectionPoolSettings())
            .Message("tcp", TcpPoolSettings.Schema, x => x.Tcp, (x, v) => x with { Tcp = v })
            .Message("http", HttpPoolSettings.Schema, x => x.Http, (x, v) => x with { Http = v })
            .AcceptSnakeCase();
}
