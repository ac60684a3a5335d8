namespace Mesh.Kubernetes.Tests.Simulation;

/// <summary>Simulations watch the thread pool, so nothing runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SimulationGroup
{
    public const string Name = "simulation";
}
