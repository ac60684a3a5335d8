namespace Mesh.Kubernetes.Api;

internal enum ApiEventType
{
    Added,
    Modified,
    Deleted,

    /// <summary>No object, only how far the watch has come.</summary>
    Bookmark,
}
