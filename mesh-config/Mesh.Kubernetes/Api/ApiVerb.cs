namespace Mesh.Kubernetes.Api;

/// <summary>A verb of RBAC.</summary>
internal enum ApiVerb
{
    Get,
    List,
    Watch,
    Create,
    Update,
    Patch,
    Delete,
}
