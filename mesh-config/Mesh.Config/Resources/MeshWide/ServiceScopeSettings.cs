using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>How far a service reaches.</summary>
public sealed record ServiceScopeSettings
{
    /// <summary>True: only endpoints of the caller's own cluster.</summary>
    public bool ClusterLocal { get; init; }

    internal static Schema<ServiceScopeSettings> Schema { get; } =
        new Schema<ServiceScopeSettings>("MeshConfig.ServiceSettings.Settings", () => new ServiceScopeSettings())
            .Field("clusterLocal", Codecs.Bool, x => x.ClusterLocal, (x, v) => x with { ClusterLocal = v })
            .AcceptSnakeCase();
}
