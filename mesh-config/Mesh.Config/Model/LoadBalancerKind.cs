namespace Mesh.Config.Model;

public enum LoadBalancerKind
{
    LeastRequest,
    RoundRobin,
    Random,
    Passthrough,
    ConsistentHash,
}
