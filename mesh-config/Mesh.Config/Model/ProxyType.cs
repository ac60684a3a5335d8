namespace Mesh.Config.Model;

/// <summary>Node type in xDS terms.</summary>
public enum ProxyType
{
    Sidecar,
    Router,
}
