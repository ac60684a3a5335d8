namespace Mesh.Kubernetes.Watching;

/// <summary>What a reflector does next.</summary>
internal enum ReflectorStep
{
    /// <summary>Find out whether and in which version the server has the resource.</summary>
    Probe,

    /// <summary>Take over all there is.</summary>
    List,

    /// <summary>Go on from the last resource version.</summary>
    Watch,
}
