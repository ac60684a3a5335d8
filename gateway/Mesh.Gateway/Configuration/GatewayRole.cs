namespace Mesh.Gateway.Configuration;

/// <summary>What a gateway process does; one process may have several roles.</summary>
public enum GatewayRole
{
    /// <summary>HTTP from outside, routed by VirtualServices, mTLS to the mesh.</summary>
    Edge,

    /// <summary>Mesh mTLS from other networks, passed on by SNI without being terminated.</summary>
    EastWest,
}
