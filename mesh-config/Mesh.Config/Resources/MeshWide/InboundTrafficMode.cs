namespace Mesh.Config.Resources.MeshWide;

/// <summary>To the address of the Pod or to localhost.</summary>
public enum InboundTrafficMode
{
    Passthrough,
    Localhost,
}
