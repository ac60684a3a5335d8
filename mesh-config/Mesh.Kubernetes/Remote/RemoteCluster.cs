using Mesh.Config.Diagnostics;
using Mesh.Config.Resources;
using Mesh.Kubernetes.Sources;
using Mesh.Kubernetes.Watching;

namespace Mesh.Kubernetes.Remote;

/// <summary>A remote cluster that is read, or would be.</summary>
internal sealed class RemoteCluster(string name)
{
    public string Name { get; } = name;

    /// <summary>Null while no kubeconfig was accepted.</summary>
    public KubeMeshSource? Source { get; set; }

    /// <summary>Hash of the kubeconfig that was looked at last.</summary>
    public string Hash { get; set; } = "";

    public ObjectKey Secret { get; set; }

    /// <summary>When it is to go by <see cref="SteadyTime"/>, since its Secret is gone; null while there is one.</summary>
    public TimeSpan? RemoveAt { get; set; }

    /// <summary>What is wrong with its kubeconfig.</summary>
    public Diagnostic? Problem { get; set; }
}
