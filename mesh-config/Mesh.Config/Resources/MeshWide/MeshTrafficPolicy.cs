using Mesh.Config.Resources.Networking;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>Limits and outlier detection where no DestinationRule gives them.</summary>
public sealed record MeshTrafficPolicy
{
    public ConnectionPoolSettings? ConnectionPool { get; init; }
    public OutlierDetection? OutlierDetection { get; init; }

    internal static Schema<MeshTrafficPolicy> Schema { get; } =
        new Schema<MeshTrafficPolicy>("MeshConfig.DefaultTrafficPolicy", () => new MeshTrafficPolicy())
            .Message("connectionPool", ConnectionPoolSettings.Schema,
                x => x.ConnectionPool, (x, v) => x with { ConnectionPool = v })
            .Message("outlierDetection", OutlierDetection.Schema,
                x => x.OutlierDetection, (x, v) => x with { OutlierDetection = v })
            .AcceptSnakeCase();
}
