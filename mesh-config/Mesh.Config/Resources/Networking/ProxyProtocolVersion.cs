namespace Mesh.Config.Resources.Networking;

/// <summary>Version of the PROXY header.</summary>
public enum ProxyProtocolVersion
{
    V1,
    V2,
}
