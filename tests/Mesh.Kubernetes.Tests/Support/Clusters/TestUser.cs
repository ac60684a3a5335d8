namespace Mesh.Kubernetes.Tests.Support.Clusters;

/// <param name="Name">As roles are bound to it, of kind User.</param>
internal sealed record TestUser(string Name, string Token);
