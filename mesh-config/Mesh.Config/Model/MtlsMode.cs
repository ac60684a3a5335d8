namespace Mesh.Config.Model;

/// <summary>Effective PeerAuthentication mode of a workload port.</summary>
public enum MtlsMode
{
    Disable,
    Permissive,
    Strict,
}
