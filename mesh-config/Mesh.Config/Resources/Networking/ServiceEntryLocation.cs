namespace Mesh.Config.Resources.Networking;

/// <summary>Whether the service belongs to the mesh.</summary>
public enum ServiceEntryLocation
{
    MeshExternal,
    MeshInternal,
}
