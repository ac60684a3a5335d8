namespace Mesh.Config.Resources.Networking;

/// <summary>Load balancing without affinity. LEAST_CONN is the deprecated name of LEAST_REQUEST.</summary>
public enum SimpleLoadBalancer
{
    Unspecified,
    LeastConn,
    Random,
    Passthrough,
    RoundRobin,
    LeastRequest,
}
