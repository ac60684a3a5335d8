namespace Mesh.LocalMesh;

/// <summary>Something the user can act on; printed without a stack trace.</summary>
internal sealed class LocalMeshException(string message) : Exception(message);
