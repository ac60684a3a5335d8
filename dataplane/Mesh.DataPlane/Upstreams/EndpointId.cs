using Mesh.Config.Model;

namespace Mesh.DataPlane.Upstreams;

/// <summary>
/// Names an endpoint within one upstream. State about endpoints is kept per (upstream, endpoint): an east-west gateway
/// that fails for one service stays usable for all others.
/// </summary>
public readonly record struct EndpointId(string Address, int Port)
{
    public static EndpointId Of(ProxyEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return new EndpointId(endpoint.Address, endpoint.Port);
    }

    /// <summary><c>1.2.3.4:80</c> or <c>[::1]:80</c>.</summary>
    public override string ToString() => Address.Contains(':', StringComparison.Ordinal) ? $"[{Address}]:{Port}" : $"{Address}:{Port}";
}
