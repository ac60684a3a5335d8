namespace Mesh.Kubernetes.Writing;

/// <summary>A cluster could not be set up. The message names server and object, and what to do.</summary>
public sealed class InstallException(string message, Exception? inner = null) : Exception(message, inner);
