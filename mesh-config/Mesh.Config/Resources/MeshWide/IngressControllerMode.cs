namespace Mesh.Config.Resources.MeshWide;

/// <summary>Which Ingress objects the mesh serves.</summary>
public enum IngressControllerMode
{
    Unspecified,
    Off,
    Default,
    Strict,
}
