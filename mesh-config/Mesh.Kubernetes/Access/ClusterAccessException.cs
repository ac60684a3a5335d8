namespace Mesh.Kubernetes.Access;

/// <summary>A cluster cannot be reached as configured. The message names file, context and user, and what to do.</summary>
public sealed class ClusterAccessException(string message, Exception? inner = null) : Exception(message, inner);
