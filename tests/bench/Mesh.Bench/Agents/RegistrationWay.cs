namespace Mesh.Bench.Agents;

/// <summary>Where a machine leaves its WorkloadEntry.</summary>
internal enum RegistrationWay
{
    Kubernetes,
    File,
    Istiod,
}
