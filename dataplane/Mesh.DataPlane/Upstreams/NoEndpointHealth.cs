using Mesh.Config.Model;

namespace Mesh.DataPlane.Upstreams;

/// <summary>Knows nothing: every endpoint is as healthy as the snapshot says.</summary>
public sealed class NoEndpointHealth : IEndpointHealth
{
    public static NoEndpointHealth Instance { get; } = new();

    public bool IsDown(ProxyEndpoint endpoint) => false;
}
