namespace Mesh.Kubernetes.Sources;

/// <summary>What is read of a cluster, and how long it is believed.</summary>
public sealed record KubeSourceOptions
{
    public static KubeSourceOptions Default { get; } = new();

    /// <summary>Namespace of the mesh's settings and of the Secrets of remote clusters.</summary>
    public string RootNamespace { get; init; } = "istio-system";

    /// <summary>
    /// Namespace of the gateway's own workload, where the Secrets are that Gateways name as <c>credentialName</c>; null reads no
    /// Secrets for Gateways.
    /// </summary>
    public string? CredentialNamespace { get; init; }

    /// <summary>A cluster not heard for this long is reported as stale. Its objects are served on.</summary>
    public TimeSpan StaleAfter { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Objects of a cluster not heard for this long are taken out of the mesh; null keeps them for ever.</summary>
    public TimeSpan? StaleLimit { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// A remote cluster whose Secret is gone is kept this long: a Secret that is deleted and made again is one that was rotated.
    /// </summary>
    public TimeSpan RemovalGrace { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// A cluster that refuses (403) some kinds is served without them after this time; till then it does not count as synced, since at the
    /// first start rights often come a moment after what needs them. Policies are not left out that way.
    /// </summary>
    public TimeSpan RefusalGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Objects in a page of a list.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>A watch that says nothing for this long is opened anew; API servers send a bookmark about every minute.</summary>
    public TimeSpan WatchSilence { get; init; } = TimeSpan.FromSeconds(150);

    /// <summary>Secrets of this many names are read for Gateways at most.</summary>
    public int MaxSecrets { get; init; } = 1000;

    /// <summary>Remote clusters that are read at most.</summary>
    public int MaxRemoteClusters { get; init; } = 100;

    /// <summary>Pauses between attempts begin with this and double up to 30 s.</summary>
    public TimeSpan MinBackoff { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Seeds what is left to chance, such as how long pauses are exactly; null: another seed each time.</summary>
    public int? Seed { get; init; }
}
