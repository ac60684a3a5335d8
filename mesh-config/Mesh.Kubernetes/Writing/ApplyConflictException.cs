namespace Mesh.Kubernetes.Writing;

/// <summary>Another manager owns a field, or the object changed meanwhile. The message says which.</summary>
public sealed class ApplyConflictException(string message, Exception? inner = null) : Exception(message, inner);
