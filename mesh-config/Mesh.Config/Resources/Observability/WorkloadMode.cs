namespace Mesh.Config.Resources.Observability;

/// <summary>On which side of a call a setting holds.</summary>
public enum WorkloadMode
{
    ClientAndServer,
    Client,
    Server,
}
