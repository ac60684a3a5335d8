using Mesh.Config.Model;

namespace Mesh.DataPlane.Upstreams;

/// <summary>What active probing knows beyond the snapshot. Asked for every pick: must be quick and must not throw.</summary>
public interface IEndpointHealth
{
    /// <summary>True when the endpoint is known to be dead right now, whatever the control plane says.</summary>
    bool IsDown(ProxyEndpoint endpoint);
}
